//! Attendances: one service session of a contact on a channel.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One service session, from its first message until somebody closes it. There is
/// at most one open in each conversation of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// Eclusa's id of it (a ULID), which is also that of its `attendance.opened`.
    pub id: String,
    /// The number that people call it by.
    pub protocol: Protocol,
    /// The channel's id.
    pub channel: String,
    /// The chat's id of the thread, to which answers go.
    pub conversation: String,
    /// Who opened it: the sender of its first message.
    pub contact: AttendanceContact,
    /// Id of the flow that its channel named when it opened.
    pub flow: Option<String>,
    /// How far it has come.
    pub state: AttendanceState,
    /// The queue in which it waits, or from which it was taken.
    pub queue: Option<String>,
    /// The agent who has it, or to whom it was transferred.
    pub agent: Option<String>,
    /// RFC 3339.
    pub opened_at: String,
    /// When the platform first answered: when that message was recorded, whatever
    /// became of it. RFC 3339.
    pub first_answer_at: Option<String>,
    /// RFC 3339.
    pub closed_at: Option<String>,
    /// Who changed its state last: a token's name. `None` while nobody has.
    pub changed_by: Option<String>,
    /// Why, as they said.
    pub reason: Option<String>,
}

/// Who opened an attendance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceContact {
    /// The chat's id of the person.
    pub id: String,
    /// Name to show, as it was then.
    pub name: Option<String>,
}

/// What an event says of the attendance that it belongs to, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceRef {
    /// Eclusa's id of it.
    pub id: String,
    /// The number that people call it by.
    pub protocol: Protocol,
    /// How far it had come.
    pub state: AttendanceState,
}

/// How far an attendance has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttendanceState {
    /// It waits for an agent.
    Queued,
    /// An agent has it.
    Assigned,
    /// It was handed to another queue or agent and waits until one takes it.
    Transferred,
    /// It is over. The next message of its conversation opens another one.
    Closed,
}

/// The number that people call an attendance by, e.g. `20261123-000042`: the day
/// (UTC) on which it opened, and its place among those of that day. Unique in a
/// journal, and in the order in which they opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(i64);

/// More than can open on one day.
const PLACES: i64 = 1_000_000_000;

/// Not the number of an attendance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a protocol number such as 20261123-000042")]
pub struct InvalidProtocol;

impl Protocol {
    /// The number after the newest one, on a day given as the digits `YYYYMMDD`.
    #[must_use]
    pub fn next(newest: Option<Self>, day: u32) -> Self {
        let first = i64::from(day) * PLACES + 1;
        Self(newest.map_or(first, |Self(newest)| first.max(newest + 1)))
    }

    /// As one number, in the same order.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The one with this [`Protocol::number`].
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}-{:06}", self.0 / PLACES, self.0 % PLACES)
    }
}

impl FromStr for Protocol {
    type Err = InvalidProtocol;

    fn from_str(text: &str) -> Result<Self, InvalidProtocol> {
        let (day, place) = text.split_once('-').ok_or(InvalidProtocol)?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if day.len() != 8 || !(6..=9).contains(&place.len()) || !is_number(day) || !is_number(place)
        {
            return Err(InvalidProtocol);
        }
        let number = |text: &str| text.parse::<i64>().map_err(|_| InvalidProtocol);
        let found = Self(number(day)? * PLACES + number(place)?);
        // One spelling each: no further zeros.
        if found.to_string() == text { Ok(found) } else { Err(InvalidProtocol) }
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_and_begin_again_with_each_day() {
        let first = Protocol::next(None, 20_261_123);
        assert_eq!(first.to_string(), "20261123-000001");
        let second = Protocol::next(Some(first), 20_261_123);
        assert_eq!(second.to_string(), "20261123-000002");
        let next_day = Protocol::next(Some(second), 20_261_124);
        assert_eq!(next_day.to_string(), "20261124-000001");
        // A clock that was set back gives no number twice.
        assert_eq!(Protocol::next(Some(next_day), 20_261_123).to_string(), "20261124-000002");
        assert!(first < second && second < next_day);
    }

    #[test]
    fn a_number_has_one_spelling() {
        for text in ["20261123-000042", "20261123-1234567"] {
            assert_eq!(text.parse::<Protocol>().unwrap().to_string(), text);
        }
        let wrong = ["", "20261123", "2026112-000042", "20261123-42", "20261123-0000042"];
        let odd = ["20261123-+00042", "20261123-00004\u{0664}", "20261123-9999999999"];
        for text in wrong.into_iter().chain(odd) {
            assert_eq!(text.parse::<Protocol>(), Err(InvalidProtocol), "{text}");
        }
    }
}
