//! Which hosts are not spoken to, since nothing came of it. No clock: the time is
//! passed in.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// No more hosts than this are remembered: their names come from adapters.
const MOST_HOSTS: usize = 10_000;

/// When a host is left alone, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// After so many failures in a row nothing is sent for a while; 0: never.
    /// Failures are: no connection, no complete response, a response with status
    /// 500 or above.
    pub failures: u32,
    /// The first pause; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause. It is how long a host that is well again waits at most.
    pub longest_pause: Duration,
    /// How long the one request may take which tries whether a host is well again,
    /// before another one tries.
    pub patience: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 10,
            first_pause: Duration::from_secs(5),
            longest_pause: Duration::from_secs(60),
            patience: Duration::from_secs(30),
        }
    }
}

/// Whether a request may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It may.
    Go,
    /// It may not before this time.
    Wait { until_ms: i64 },
}

/// How a host answered a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It is there.
    Well,
    /// It is not there, or says itself that it is broken.
    Failing,
}

/// A change worth telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The host is left alone now.
    Opened,
    /// It is spoken to again.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Counting {
        failures: u32,
    },
    Open {
        until_ms: i64,
        pause: Duration,
    },
    /// One request is under way to see whether the host is well.
    Trying {
        until_ms: i64,
        pause: Duration,
    },
}

/// One breaker for each host that fails. A host that is well is not kept.
#[derive(Debug)]
pub(crate) struct Breakers {
    policy: BreakerPolicy,
    hosts: HashMap<Arc<str>, State>,
}

impl Breakers {
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        Self { policy, hosts: HashMap::new() }
    }

    /// Asks for one request. Where the host is to be tried, this is the one.
    pub(crate) fn admit(&mut self, host: &str, now_ms: i64) -> Admission {
        let patience = self.policy.patience;
        let Some(state) = self.hosts.get_mut(host) else { return Admission::Go };
        match *state {
            State::Counting { .. } => Admission::Go,
            State::Open { until_ms, .. } | State::Trying { until_ms, .. } if until_ms > now_ms => {
                Admission::Wait { until_ms }
            }
            State::Open { pause, .. } | State::Trying { pause, .. } => {
                *state = State::Trying { until_ms: after(now_ms, patience), pause };
                Admission::Go
            }
        }
    }

    /// Until when a host is not spoken to; `None` where it is.
    pub(crate) fn open_until(&self, host: &str) -> Option<i64> {
        match self.hosts.get(host)? {
            State::Counting { .. } => None,
            State::Open { until_ms, .. } | State::Trying { until_ms, .. } => Some(*until_ms),
        }
    }

    /// Hosts that are not spoken to.
    pub(crate) fn open(&self) -> usize {
        self.hosts.values().filter(|state| !matches!(state, State::Counting { .. })).count()
    }

    /// Tells what came of a request.
    pub(crate) fn report(&mut self, host: &str, health: Health, now_ms: i64) -> Option<Change> {
        match health {
            Health::Well => match self.hosts.remove(host)? {
                State::Counting { .. } => None,
                State::Open { .. } | State::Trying { .. } => Some(Change::Closed),
            },
            Health::Failing => self.failed(host, now_ms),
        }
    }

    fn failed(&mut self, host: &str, now_ms: i64) -> Option<Change> {
        let BreakerPolicy { failures: most, first_pause, longest_pause, .. } = self.policy;
        if most == 0 {
            return None;
        }
        if self.hosts.len() >= MOST_HOSTS && !self.hosts.contains_key(host) {
            self.hosts.retain(|_, state| !matches!(state, State::Counting { .. }));
            if self.hosts.len() >= MOST_HOSTS {
                return None;
            }
        }
        let state = self.hosts.entry(Arc::from(host)).or_insert(State::Counting { failures: 0 });
        match *state {
            State::Counting { failures } if failures + 1 < most => {
                *state = State::Counting { failures: failures + 1 };
                None
            }
            State::Counting { .. } => {
                *state = State::Open { until_ms: after(now_ms, first_pause), pause: first_pause };
                Some(Change::Opened)
            }
            // It was under way when the host was given up.
            State::Open { .. } => None,
            State::Trying { pause, .. } => {
                let pause = pause.saturating_mul(2).min(longest_pause).max(first_pause);
                *state = State::Open { until_ms: after(now_ms, pause), pause };
                None
            }
        }
    }
}

fn after(now_ms: i64, pause: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn breakers() -> Breakers {
        Breakers::new(BreakerPolicy { failures: 3, ..BreakerPolicy::default() })
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let mut breakers = breakers();
        for health in [Health::Failing, Health::Failing, Health::Well, Health::Failing] {
            assert_eq!(breakers.report("a", health, 0), None);
        }
        assert_eq!(breakers.admit("a", 0), Admission::Go);
        assert_eq!(breakers.report("a", Health::Failing, 0), None);
        assert_eq!(breakers.report("a", Health::Failing, 0), Some(Change::Opened));
        assert_eq!(breakers.admit("a", 0), Admission::Wait { until_ms: 5_000 });
        assert_eq!(breakers.admit("b", 0), Admission::Go);
        assert_eq!(breakers.open(), 1);
    }

    #[test]
    fn one_request_tries_and_the_pause_grows() {
        let mut breakers = breakers();
        for _ in 0..3 {
            breakers.report("a", Health::Failing, 0);
        }
        let (mut now_ms, mut pauses) = (0, Vec::new());
        for _ in 0..6 {
            let Admission::Wait { until_ms } = breakers.admit("a", now_ms) else {
                panic!("open");
            };
            pauses.push((until_ms - now_ms) / 1000);
            now_ms = until_ms;
            assert_eq!(breakers.admit("a", now_ms), Admission::Go);
            // A second one waits for the first.
            assert_eq!(breakers.admit("a", now_ms), Admission::Wait { until_ms: now_ms + 30_000 });
            breakers.report("a", Health::Failing, now_ms);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        assert_eq!(breakers.report("a", Health::Well, now_ms), Some(Change::Closed));
        assert_eq!(breakers.admit("a", now_ms), Admission::Go);
        assert_eq!(breakers.open_until("a"), None);
    }

    #[test]
    fn a_try_that_never_ends_is_followed_by_another() {
        let mut breakers = breakers();
        for _ in 0..3 {
            breakers.report("a", Health::Failing, 0);
        }
        assert_eq!(breakers.admit("a", 5_000), Admission::Go);
        assert_eq!(breakers.admit("a", 34_999), Admission::Wait { until_ms: 35_000 });
        assert_eq!(breakers.admit("a", 35_000), Admission::Go);
    }

    #[test]
    fn nothing_opens_where_it_is_off_and_hosts_are_not_kept_without_end() {
        let mut off = Breakers::new(BreakerPolicy { failures: 0, ..BreakerPolicy::default() });
        assert_eq!((0..100).find_map(|_| off.report("a", Health::Failing, 0)), None);
        let mut breakers = breakers();
        for host in 0..3 * MOST_HOSTS {
            breakers.report(&host.to_string(), Health::Failing, 0);
        }
        assert!(breakers.hosts.len() <= MOST_HOSTS);
    }
}
