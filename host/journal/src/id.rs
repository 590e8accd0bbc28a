//! Ids: ULIDs outside, 63-bit numbers inside.
//!
//! A ULID of this journal is 48 bits of Unix milliseconds, 20 bits of counter,
//! and 60 bits that are the same for the whole journal. The first 68 bits are
//! the number (its top five are 0 until the year 2248), so a number is a ULID's
//! place in the order of the commits and needs no index of its own.

use ulid::Ulid;

const COUNTER_BITS: u32 = 20;
const NODE_BITS: u32 = 60;
const NODE_MASK: u128 = (1 << NODE_BITS) - 1;

/// When the message or event of a delivery was accepted, in Unix milliseconds.
pub fn accepted_at_ms(delivery: crate::DeliveryId) -> i64 {
    delivery >> COUNTER_BITS
}

/// Translates between numbers and ULIDs of one journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ids {
    node: i64,
}

impl Ids {
    /// For a journal with this constant; only the lower 60 bits count.
    pub(crate) fn new(node: i64) -> Self {
        Self { node: (u128::from(node.unsigned_abs()) & NODE_MASK) as i64 }
    }

    /// A constant for a new journal.
    pub(crate) fn random_node() -> i64 {
        (Ulid::new().random() & NODE_MASK) as i64
    }

    /// The ULID of a number.
    pub(crate) fn text(self, number: i64) -> String {
        Ulid((u128::from(number.unsigned_abs()) << NODE_BITS) | self.low_bits()).to_string()
    }

    fn low_bits(self) -> u128 {
        u128::from(self.node.unsigned_abs())
    }

    /// The number of a ULID of this journal.
    pub(crate) fn number(self, text: &str) -> Option<i64> {
        let ulid = Ulid::from_string(text).ok()?.0;
        if ulid & NODE_MASK != self.low_bits() {
            return None;
        }
        i64::try_from(ulid >> NODE_BITS).ok()
    }

    /// Where any ULID stands in the order of the numbers, one of another journal
    /// too: its time decides.
    pub(crate) fn position(text: &str) -> Option<i64> {
        let ulid = Ulid::from_string(text).ok()?.0;
        Some(i64::try_from(ulid >> NODE_BITS).unwrap_or(i64::MAX))
    }

    /// The first number of a time in Unix milliseconds.
    pub(crate) fn first_at(ms: i64) -> i64 {
        ms.clamp(0, i64::MAX >> COUNTER_BITS) << COUNTER_BITS
    }
}

/// The first number of a time, in Unix milliseconds.
pub(crate) fn number_at(ms: i64) -> i64 {
    // As it is done for ids of a clock that is far ahead.
    ms.clamp(0, i64::MAX >> COUNTER_BITS) << COUNTER_BITS
}

/// When a number was given out, in Unix milliseconds.
pub(crate) fn ms_of(number: i64) -> i64 {
    number >> COUNTER_BITS
}

/// Gives out numbers that only grow, whatever the computer's clock does.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    last: i64,
}

impl Clock {
    /// Goes on after the newest number given out so far (0: none).
    pub(crate) fn after(last: i64) -> Self {
        Self { last }
    }

    /// The next number.
    pub(crate) fn next(&mut self, now_ms: i64) -> i64 {
        self.last = (now_ms << COUNTER_BITS).max(self.last + 1);
        self.last
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_number_survives_as_a_ulid_and_keeps_its_order() {
        let ids = Ids::new(i64::MAX);
        let mut clock = Clock::after(0);
        let numbers: Vec<i64> = [1_700_000_000_000, 1_700_000_000_000, 5, 1_700_000_000_001]
            .map(|ms| clock.next(ms))
            .into();
        let texts: Vec<String> = numbers.iter().map(|number| ids.text(*number)).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        assert!(texts.is_sorted_by(|a, b| a < b));
        for (number, text) in numbers.iter().zip(&texts) {
            assert_eq!(text.len(), 26);
            assert_eq!(ids.number(text), Some(*number));
            assert_eq!(Ids::position(text), Some(*number));
        }
    }

    #[test]
    fn a_ulid_of_another_journal_is_none_of_ours() {
        let text = Ids::new(1).text(42);
        assert_eq!(Ids::new(2).number(&text), None);
        assert_eq!(Ids::new(2).number("1365"), None);
        assert_eq!(Ids::position("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), Some(i64::MAX));
    }
}
