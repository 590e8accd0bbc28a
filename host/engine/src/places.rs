//! Places in the pool of instances that are kept apart from live traffic.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// A number of places, which are waited for on the calling thread.
#[derive(Debug)]
pub(crate) struct Places {
    count: usize,
    free: Mutex<usize>,
    freed: Condvar,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Places>);

impl Places {
    pub(crate) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self { count, free: Mutex::new(count), freed: Condvar::new() })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Takes a place; none where all stay taken for so long.
    pub(crate) fn take(self: &Arc<Self>, patience: Duration) -> Option<Place> {
        let until = Instant::now() + patience;
        let mut free = self.free.lock();
        while *free == 0 {
            if self.freed.wait_until(&mut free, until).timed_out() && *free == 0 {
                return None;
            }
        }
        *free -= 1;
        Some(Place(Arc::clone(self)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.free.lock() += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_once() {
        let places = Places::new(1);
        let place = places.take(Duration::ZERO).unwrap();
        assert!(places.take(Duration::from_millis(1)).is_none());
        drop(place);
        assert!(places.take(Duration::ZERO).is_some());
    }

    #[test]
    fn whoever_waits_gets_a_place_as_soon_as_it_is_free() {
        let (places, started) = (Places::new(1), Instant::now());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _place = places.take(Duration::from_secs(60)).unwrap();
                        std::thread::yield_now();
                    }
                });
            }
        });
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    }
}
