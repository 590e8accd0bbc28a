//! The figures for `/metrics`, put together for all who ask at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How often the host is at it, at most: for one unit of work so many of rest.
const REST: u32 = 9;

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// The figures of this process in Prometheus' text format.
#[derive(Clone)]
pub(crate) struct Figures {
    handle: PrometheusHandle,
    latest: Arc<Mutex<Latest>>,
}

struct Latest {
    begun: Instant,
    text: Bytes,
    /// Not put together again before.
    rest_until: Instant,
}

impl Figures {
    /// The recorder's figures.
    pub(crate) fn new(handle: PrometheusHandle) -> Self {
        let now = Instant::now();
        let latest = Latest { begun: now, text: Bytes::new(), rest_until: now };
        Self { handle, latest: Arc::new(Mutex::new(latest)) }
    }

    /// The figures as they are now.
    ///
    /// With many adapters and revisions this is megabytes of text. So it is put
    /// together by one thread, for a tenth of its time at most, and everybody who
    /// has come meanwhile gets the same bytes. `None` where it broke.
    pub(crate) async fn text(&self) -> Option<Bytes> {
        let came = Instant::now();
        let Self { handle, latest } = self.clone();
        // In a task of its own: a caller who hangs up must not end the rest.
        let task = tokio::spawn(async move {
            let mut latest = latest.lock().await;
            if latest.begun > came {
                return Some(latest.text.clone());
            }
            tokio::time::sleep_until(latest.rest_until).await;
            let begun = Instant::now();
            let text = tokio::task::spawn_blocking(move || handle.render()).await.ok()?;
            let text = Bytes::from(text);
            let rest = (begun.elapsed() * REST).min(LONGEST_REST);
            *latest = Latest { begun, text: text.clone(), rest_until: Instant::now() + rest };
            Some(text)
        });
        task.await.ok().flatten()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[tokio::test]
    async fn who_asks_at_the_same_time_gets_the_same_bytes_and_nobody_old_ones() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let figures = Figures::new(recorder.handle());
        let count = || metrics::with_local_recorder(&recorder, || metrics::counter!("x"));
        count().increment(1);
        // Held up until all have come.
        let held = Arc::clone(&figures.latest).lock_owned().await;
        let asking: Vec<_> = (0..100)
            .map(|_| {
                let figures = figures.clone();
                tokio::spawn(async move { figures.text().await.unwrap() })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(held);
        let mut texts = Vec::new();
        for asked in asking {
            texts.push(asked.await.unwrap());
        }
        assert!(texts.iter().all(|text| text.as_ptr() == texts[0].as_ptr()), "put together once");
        assert!(String::from_utf8_lossy(&texts[0]).contains("x 1"));
        count().increment(1);
        assert!(String::from_utf8_lossy(&figures.text().await.unwrap()).contains("x 2"));
    }

    #[tokio::test]
    async fn it_rests_though_a_caller_hangs_up() {
        let figures = Figures::new(PrometheusBuilder::new().build_recorder().handle());
        let held = Arc::clone(&figures.latest).lock_owned().await;
        let before = held.rest_until;
        assert!(tokio::time::timeout(Duration::ZERO, figures.text()).await.is_err());
        // It comes to the lock.
        tokio::task::yield_now().await;
        drop(held);
        // The lock is fair: it is had after whoever came before.
        assert!(figures.latest.lock().await.rest_until > before);
    }
}
