//! The newest requests and deliveries, and how many there were in the last minute: kept
//! in memory, for people who watch.

use std::collections::{BTreeMap, VecDeque};

use eclusa_journal::Target;
use eclusa_relay::{Clock, Handed, Observer};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::watch;

/// So many of the newest are kept.
const KEPT: usize = 50;

/// Over so many seconds rates are told.
const WINDOW: usize = 60;

/// Something that went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) way: Way,
    /// Id of the message, event or recorded request; a request that was refused has
    /// none.
    pub(crate) id: Option<String>,
    pub(crate) channel: String,
    /// RFC 3339.
    pub(crate) at: String,
    pub(crate) took_ms: u64,
    /// Status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// The problem's code, where something went wrong.
    pub(crate) code: Option<String>,
}

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the chat to us.
    FromChat,
    /// From us to the chat.
    ToChat,
    /// From us to the platform.
    ToPlatform,
}

/// How much went through a channel in the last minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Requests of the chat.
    pub(crate) requests: u32,
    /// Attempts to hand something on.
    pub(crate) deliveries: u32,
    /// Those of both that went wrong.
    pub(crate) failures: u32,
}

impl Rate {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.deliveries += other.deliveries;
        self.failures += other.failures;
    }
}

/// The seconds of the last minute, by the second.
type Seconds = [(i64, Rate); WINDOW];

#[derive(Default)]
struct State {
    newest: VecDeque<Seen>,
    // An entry stays, since there are only so many channels.
    channels: BTreeMap<String, Box<Seconds>>,
}

/// The newest, for people who watch.
pub(crate) struct Live {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

impl Live {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default(), changes: watch::Sender::new(0) }
    }

    /// Something went through. Takes a lock for a moment.
    pub(crate) fn saw(&self, seen: Seen) {
        let second = self.clock.now_ms().div_euclid(1000);
        {
            let mut state = self.state.lock();
            let seconds = state.channels.entry(seen.channel.clone());
            let seconds = seconds.or_insert_with(|| Box::new([(0, Rate::default()); WINDOW]));
            let place = usize::try_from(second.rem_euclid(WINDOW as i64)).unwrap_or_default();
            if let Some(place) = seconds.get_mut(place) {
                if place.0 != second {
                    *place = (second, Rate::default());
                }
                place.1.add(Rate {
                    requests: u32::from(seen.way == Way::FromChat),
                    deliveries: u32::from(seen.way != Way::FromChat),
                    failures: u32::from(seen.code.is_some()),
                });
            }
            if state.newest.len() == KEPT {
                state.newest.pop_back();
            }
            state.newest.push_front(seen);
        }
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The newest first.
    pub(crate) fn newest(&self) -> Vec<Seen> {
        self.state.lock().newest.iter().cloned().collect()
    }

    /// What went through each channel in the last minute, by id; without those where
    /// nothing did.
    pub(crate) fn rates(&self) -> Vec<(String, Rate)> {
        let since = self.clock.now_ms().div_euclid(1000) - WINDOW as i64;
        let state = self.state.lock();
        let rates = state.channels.iter().map(|(channel, seconds)| {
            let mut rate = Rate::default();
            let recent = seconds.iter().filter(|(second, _)| *second > since);
            recent.for_each(|(_, one)| rate.add(*one));
            (channel.clone(), rate)
        });
        rates.filter(|(_, rate)| *rate != Rate::default()).collect()
    }

    /// Changes with everything that goes through.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

impl Observer for Live {
    fn handed(&self, handed: Handed) {
        self.saw(Seen {
            way: match handed.target {
                Target::Chat => Way::ToChat,
                Target::Platform => Way::ToPlatform,
            },
            id: Some(handed.id),
            channel: handed.channel,
            at: handed.started_at,
            took_ms: handed.duration_ms,
            status: handed.status,
            code: handed.code,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now_ms(&self) -> i64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn seen(way: Way, code: Option<&str>) -> Seen {
        Seen {
            way,
            id: None,
            channel: "shop".to_owned(),
            at: String::new(),
            took_ms: 1,
            status: None,
            code: code.map(str::to_owned),
        }
    }

    #[test]
    fn rates_are_of_the_last_minute_and_only_the_newest_are_kept() {
        let clock = Arc::new(Hand(AtomicI64::new(1_000_000)));
        let live = Live::new(Arc::clone(&clock) as Arc<dyn Clock>);
        for _ in 0..KEPT {
            live.saw(seen(Way::FromChat, None));
        }
        clock.0.store(1_030_000, Ordering::Relaxed);
        live.saw(seen(Way::ToChat, Some("http_503")));
        let rate = Rate { requests: 50, deliveries: 1, failures: 1 };
        assert_eq!(live.rates(), [("shop".to_owned(), rate)]);
        assert_eq!(live.newest().len(), KEPT);
        assert_eq!(live.newest().first().map(|it| it.way), Some(Way::ToChat));
        // The same places, a minute later: what was before counts no more.
        clock.0.store(1_061_000, Ordering::Relaxed);
        let rate = Rate { requests: 0, ..rate };
        assert_eq!(live.rates(), [("shop".to_owned(), rate)]);
        clock.0.store(1_060_000 + 60_000, Ordering::Relaxed);
        live.saw(seen(Way::FromChat, None));
        assert_eq!(live.rates().first().map(|(_, rate)| rate.requests), Some(1));
        assert!(*live.changes().borrow() > 50);
    }
}
