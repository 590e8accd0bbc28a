//! Times in all the shapes that chats use, to RFC 3339 in UTC.

use time::format_description::well_known::{Iso8601, Rfc2822, Rfc3339};
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// Unix times from here on are milliseconds: as seconds it would be the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// Unix times from here on are microseconds.
const MICROSECONDS_FROM: i64 = MILLISECONDS_FROM * 1_000;
/// Unix times from here on are nanoseconds.
const NANOSECONDS_FROM: i64 = MICROSECONDS_FROM * 1_000;

/// Reads a time: Unix seconds, milliseconds, microseconds or nanoseconds (told
/// apart by size), seconds with a fraction (`1596183880.004200`, all digits kept),
/// ISO 8601 and RFC 3339 with any offset (without one: UTC; with a space for the
/// `T`), RFC 2822. `None` where it is none of them.
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        && let Some(time) = parse_unix(text)
    {
        return Some(time);
    }
    let iso = text.replacen(' ', "T", usize::from(text.as_bytes().get(10) == Some(&b' ')));
    OffsetDateTime::parse(&iso, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&iso, &Iso8601::PARSING))
        .or_else(|_| PrimitiveDateTime::parse(&iso, &Iso8601::PARSING).map(|t| t.assume_utc()))
        .or_else(|_| OffsetDateTime::parse(text, &Rfc2822))
        .ok()
        .and_then(format)
}

/// Unix seconds to RFC 3339; `None` beyond the year 9999.
pub fn from_unix_seconds(seconds: i64) -> Option<String> {
    format(OffsetDateTime::from_unix_timestamp(seconds).ok()?)
}

/// Unix milliseconds to RFC 3339; `None` beyond the year 9999.
pub fn from_unix_milliseconds(milliseconds: i64) -> Option<String> {
    format(OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()?)
}

fn parse_unix(text: &str) -> Option<String> {
    if let Some((seconds, fraction)) = text.split_once('.') {
        if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // The fraction is kept as it is written: some chats use it as an id.
        let time = from_unix_seconds(seconds.parse().ok()?)?;
        return Some(format!("{}.{fraction}Z", time.strip_suffix('Z')?));
    }
    let number: i64 = text.parse().ok()?;
    let nanoseconds = match number.saturating_abs() {
        n if n >= NANOSECONDS_FROM => i128::from(number),
        n if n >= MICROSECONDS_FROM => i128::from(number) * 1_000,
        n if n >= MILLISECONDS_FROM => i128::from(number) * 1_000_000,
        _ => i128::from(number) * 1_000_000_000,
    };
    format(OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?)
}

fn format(time: OffsetDateTime) -> Option<String> {
    time.checked_to_offset(UtcOffset::UTC)?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn all_shapes_become_rfc_3339() {
        for (shape, expected) in [
            ("1441645532", "2015-09-07T17:05:32Z"),
            ("1441645532000", "2015-09-07T17:05:32Z"),
            ("1441645532123", "2015-09-07T17:05:32.123Z"),
            ("1441645532123456", "2015-09-07T17:05:32.123456Z"),
            ("1596183880.004200", "2020-07-31T08:24:40.004200Z"),
            ("2015-09-07T17:05:32Z", "2015-09-07T17:05:32Z"),
            ("2015-09-07T14:05:32-03:00", "2015-09-07T17:05:32Z"),
            ("2015-09-07T14:05:32.5-0300", "2015-09-07T17:05:32.5Z"),
            ("2015-09-07 17:05:32", "2015-09-07T17:05:32Z"),
            ("2015-09-07T17:05:32", "2015-09-07T17:05:32Z"),
            ("20150907T170532Z", "2015-09-07T17:05:32Z"),
            ("Mon, 07 Sep 2015 17:05:32 GMT", "2015-09-07T17:05:32Z"),
            ("0", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(parse(shape).as_deref(), Some(expected), "{shape}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for shape in
            ["", "-", "1.", "1.2.3", "soon", "2015-13-07T17:05:32Z", "99999999999999999999"]
        {
            assert_eq!(parse(shape), None, "{shape}");
        }
    }
}
