//! Chats' clocks, which go wrong.

use crate::clock::unix_ms;

/// How far a chat's clock may be ahead of ours: five minutes.
const AHEAD_MS: i64 = 5 * 60_000;

/// The year 2000: no message of a chat is older, but a clock that was never set is.
const EARLIEST_MS: i64 = 946_684_800_000;

/// The time that a chat tells, where it can be believed: RFC 3339, not before the
/// year 2000, and not more than five minutes after it was received. Else the event
/// counts as of the time received.
pub fn believed<'a>(at: Option<&'a str>, received_at: &str) -> Option<&'a str> {
    let told = unix_ms(at?)?;
    let latest = unix_ms(received_at).map_or(i64::MAX, |ms| ms.saturating_add(AHEAD_MS));
    at.filter(|_| (EARLIEST_MS..=latest).contains(&told))
}

#[cfg(test)]
mod tests {
    use super::believed;

    #[test]
    fn only_times_that_can_be_are_believed() {
        let received_at = "2026-01-02T03:04:05.678Z";
        let is_believed = |at| believed(Some(at), received_at).is_some();
        for at in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:09:05.678Z",
            "2026-01-02T00:09:05-03:00",
            "2015-09-07T17:05:32Z",
            "2000-01-01T00:00:00Z",
        ] {
            assert!(is_believed(at), "{at}");
        }
        for at in [
            "2026-01-02T03:09:05.679Z",
            "2027-01-02T03:04:05Z",
            "9999-12-31T23:59:59Z",
            "1999-12-31T23:59:59Z",
            "1970-01-01T00:00:00Z",
            "yesterday",
            "",
        ] {
            assert!(!is_believed(at), "{at}");
        }
        assert_eq!(believed(None, received_at), None);
    }
}
