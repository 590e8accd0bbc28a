//! How many sign-ins may fail.
//!
//! What was guessed counts, for the address that guessed and in all. Nothing is
//! ever locked: a token that is right and could not be guessed gets in always, and
//! an address that guessed nothing yet may always try, whatever others do.

use std::collections::HashMap;
use std::hash::Hash;

use parking_lot::Mutex;

/// An address may fail 10 times at once, then once in 6 seconds.
const OF_ADDRESS: Rate = Rate { step_ms: 6_000, burst: 10 };

/// All addresses together: 200 times at once, then 5 times a second.
const OF_ALL: Rate = Rate { step_ms: 200, burst: 200 };

/// So many addresses are remembered; above it only the rate of all counts.
const ADDRESSES: usize = 10_000;

/// Too many have failed: the next try is open after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) retry_after: u64,
}

struct Rate {
    step_ms: i64,
    burst: i64,
}

/// When a caller's failures are forgotten, in Unix milliseconds; each one moves it
/// on by a step.
#[derive(Debug, Clone, Copy, Default)]
struct Debt(i64);

impl Debt {
    /// How long it lasts from now; a clock that was set back makes it no longer
    /// than it can be.
    fn left(self, rate: &Rate, now_ms: i64) -> i64 {
        self.0.saturating_sub(now_ms).clamp(0, rate.step_ms * rate.burst)
    }

    fn is_over(self, rate: &Rate, now_ms: i64) -> bool {
        self.left(rate, now_ms) == 0
    }

    /// So long until one more may fail.
    fn wait(self, rate: &Rate, now_ms: i64) -> i64 {
        (self.left(rate, now_ms) - rate.step_ms * (rate.burst - 1)).max(0)
    }

    fn grow(&mut self, rate: &Rate, now_ms: i64) {
        self.0 = now_ms.saturating_add(self.left(rate, now_ms)).saturating_add(rate.step_ms);
    }
}

struct State<A> {
    by_address: HashMap<A, Debt>,
    all: Debt,
}

/// The failures of late.
pub(crate) struct Attempts<A>(Mutex<State<A>>);

impl<A: Eq + Hash + Copy> Attempts<A> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State { by_address: HashMap::new(), all: Debt::default() }))
    }

    /// Lets an address try, and remembers a failure. One after another, so that
    /// many at once are no more than the limit.
    pub(crate) fn attempt<T, E>(
        &self,
        address: A,
        now_ms: i64,
        attempt: impl FnOnce() -> Result<T, E>,
    ) -> Result<Result<T, E>, TooMany> {
        let mut state = self.0.lock();
        let debt = state.by_address.get(&address).copied().unwrap_or_default();
        let own = debt.wait(&OF_ADDRESS, now_ms);
        // An address that could not be remembered is no better than one that failed.
        let unknown = debt.is_over(&OF_ADDRESS, now_ms) && !state.is_full(now_ms);
        let all = if unknown { 0 } else { state.all.wait(&OF_ALL, now_ms) };
        let wait_ms = own.max(all);
        if wait_ms > 0 {
            return Err(TooMany { retry_after: wait_ms.unsigned_abs().div_ceil(1000) });
        }
        let tried = attempt();
        if tried.is_err() {
            state.remember(address, debt, now_ms);
        }
        Ok(tried)
    }
}

impl<A: Eq + Hash + Copy> State<A> {
    /// Whether no further address can be remembered.
    fn is_full(&mut self, now_ms: i64) -> bool {
        if self.by_address.len() >= ADDRESSES {
            self.by_address.retain(|_, debt| !debt.is_over(&OF_ADDRESS, now_ms));
        }
        self.by_address.len() >= ADDRESSES
    }

    fn remember(&mut self, address: A, mut debt: Debt, now_ms: i64) {
        self.all.grow(&OF_ALL, now_ms);
        debt.grow(&OF_ADDRESS, now_ms);
        if self.by_address.len() < ADDRESSES || self.by_address.contains_key(&address) {
            self.by_address.insert(address, debt);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(attempts: &Attempts<u32>, address: u32, now_ms: i64) -> Option<u64> {
        let tried = attempts.attempt(address, now_ms, || Err::<(), _>(()));
        tried.err().map(|too_many| too_many.retry_after)
    }

    #[test]
    fn an_address_fails_ten_times_and_then_once_in_six_seconds() {
        let attempts = Attempts::new();
        for _ in 0..10 {
            assert_eq!(fails(&attempts, 1, 0), None);
        }
        assert_eq!(fails(&attempts, 1, 0), Some(6));
        assert_eq!(fails(&attempts, 1, 5_001), Some(1));
        assert_eq!(fails(&attempts, 1, 6_000), None);
        assert_eq!(fails(&attempts, 1, 6_000), Some(6));
        // What it did not even try costs it nothing more.
        assert_eq!(fails(&attempts, 1, 12_000), None);
        assert_eq!(fails(&attempts, 2, 6_000), None);
    }

    #[test]
    fn what_succeeds_is_not_counted() {
        let attempts = Attempts::new();
        for _ in 0..1_000 {
            assert_eq!(attempts.attempt(1, 0, || Ok::<_, ()>(())), Ok(Ok(())));
        }
    }

    #[test]
    fn many_addresses_are_slowed_down_and_lock_nobody_out() {
        let attempts = Attempts::new();
        for address in 0..200 {
            assert_eq!(fails(&attempts, address, 0), None);
        }
        assert_eq!(fails(&attempts, 7, 0), Some(1), "it failed before");
        assert_eq!(attempts.attempt(1_000, 0, || Ok::<_, ()>(())), Ok(Ok(())));
    }

    #[test]
    fn so_many_addresses_are_remembered_and_no_more() {
        let attempts = Attempts::new();
        for address in 0..20_000 {
            fails(&attempts, address, 0);
        }
        assert_eq!(attempts.0.lock().by_address.len(), ADDRESSES);
        assert_eq!(fails(&attempts, 20_000, 0), Some(1), "no more than all others");
        fails(&attempts, 20_000, 60_000);
        assert_eq!(attempts.0.lock().by_address.len(), 1, "the others are forgotten");
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_long() {
        let attempts = Attempts::new();
        for _ in 0..10 {
            fails(&attempts, 1, 1_000_000_000);
        }
        assert_eq!(fails(&attempts, 1, 0), Some(6));
    }
}
