//! Checks of what a guest returned. Cheap, since they run on every call.

use eclusa_model::{Content, ContentError, Extra};

/// A value that the contract does not allow, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: expected {expected}, got {got}")]
pub(crate) struct Bad {
    /// JSON pointer within what the call returned.
    pub(crate) pointer: String,
    expected: String,
    got: String,
}

pub(crate) type Checked<T> = Result<T, Bad>;

impl Bad {
    pub(crate) fn new(field: &str, expected: impl Into<String>, got: impl std::fmt::Debug) -> Self {
        Self { pointer: format!("/{field}"), expected: expected.into(), got: shown(&got) }
    }

    /// Puts the place where the value stands before its pointer.
    #[must_use]
    pub(crate) fn within(mut self, place: impl std::fmt::Display) -> Self {
        self.pointer.insert_str(0, &format!("/{place}"));
        self
    }
}

/// A value in a message: short, whatever the guest returned.
fn shown(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Converts all items of a list; an error names the item's place.
pub(crate) fn each<T, U>(
    name: &str,
    items: Vec<T>,
    convert: impl Fn(T) -> Checked<U>,
) -> Checked<Vec<U>> {
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| convert(item).map_err(|bad| bad.within(index).within(name)))
        .collect()
}

pub(crate) fn id(field: &str, id: String) -> Checked<String> {
    if id.is_empty() { Err(Bad::new(field, "an id that is not empty", id)) } else { Ok(id) }
}

pub(crate) fn optional_id(field: &str, value: Option<String>) -> Checked<Option<String>> {
    value.map(|value| id(field, value)).transpose()
}

/// `snake_case`, so that codes stay usable as labels and in documentation.
pub(crate) fn code(field: &str, code: String) -> Checked<String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=64).contains(&code.len()) && code.bytes().all(allowed) {
        Ok(code)
    } else {
        Err(Bad::new(field, "a code in snake case of at most 64 characters", code))
    }
}

pub(crate) fn extra(extra: Option<String>) -> Checked<Extra> {
    match extra {
        None => Ok(Extra::default()),
        // The common case that needs no copy for its message.
        Some(json) if json == "{}" => Ok(Extra::default()),
        Some(json) => {
            let head: String = json.chars().take(60).collect();
            Extra::from_json(json).map_err(|_| Bad::new("extra", "one JSON object", head))
        }
    }
}

pub(crate) fn content(content: Content) -> Checked<Content> {
    match content.validate() {
        Ok(()) => Ok(content),
        Err(ContentError::Violation { pointer, expected }) => {
            let name = content.content_type();
            Err(Bad { pointer, expected: expected.to_owned(), got: format!("another {name}") })
        }
        Err(error) => Err(Bad::new("type", error.to_string(), content.content_type())),
    }
}

/// A time as the contract has it: RFC 3339 in UTC. Only its shape and the range
/// of each part are looked at.
pub(crate) fn time(field: &str, time: Option<String>) -> Checked<Option<String>> {
    match time {
        Some(time) if !is_time(time.as_bytes()) => {
            Err(Bad::new(field, "an RFC 3339 time in UTC, e.g. 2015-09-07T17:05:32Z", time))
        }
        time => Ok(time),
    }
}

fn is_time(text: &[u8]) -> bool {
    let Some((date, rest)) = text.split_at_checked(19) else { return false };
    let Some((b'Z', fraction)) = rest.split_last() else { return false };
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let shaped = date.iter().zip(shape).all(|(byte, expected)| match expected {
        b'd' => byte.is_ascii_digit(),
        expected => byte == expected,
    });
    let number = |from: usize| match date.get(from..from + 2) {
        Some([tens, ones]) => tens.wrapping_sub(b'0') * 10 + ones.wrapping_sub(b'0'),
        _ => u8::MAX,
    };
    let in_range = |value: u8, low: u8, high: u8| (low..=high).contains(&value);
    shaped
        && in_range(number(5), 1, 12)
        && in_range(number(8), 1, 31)
        && in_range(number(11), 0, 23)
        && in_range(number(14), 0, 59)
        && in_range(number(17), 0, 60)
        && match fraction {
            [] => true,
            [b'.', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
            _ => false,
        }
}

/// A count of bytes which crossed the border as a float.
pub(crate) fn size(size: Option<f64>) -> Checked<Option<u64>> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match size {
        None => Ok(None),
        Some(size) if (0.0..=EXACT).contains(&size) && size.fract() == 0.0 => {
            // Whole and in range, so nothing is lost.
            Ok(Some(size as u64))
        }
        Some(size) => Err(Bad::new("size", "whole bytes, 0 or more", size)),
    }
}

/// The headers of a request or a reply: names are tokens, values hold no control
/// characters, so that a guest cannot smuggle in a header or a second request.
pub(crate) fn headers(headers: Vec<(String, String)>) -> Checked<Vec<(String, String)>> {
    for (name, value) in &headers {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(Bad::new("headers", "names that are HTTP tokens", name));
        }
        let visible = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
        if !value.bytes().all(visible) {
            let place = format!("headers/{name}");
            return Err(Bad::new(&place, "a value without control characters", value));
        }
    }
    Ok(headers)
}

pub(crate) fn url(url: String) -> Checked<String> {
    let absolute = url.starts_with("https://") || url.starts_with("http://");
    if absolute && url.bytes().all(|byte| byte > b' ' && byte != 0x7f) {
        Ok(url)
    } else {
        Err(Bad::new("url", "an absolute http(s) URL", url))
    }
}

pub(crate) fn method(method: String) -> Checked<String> {
    if matches!(method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE") {
        Ok(method)
    } else {
        Err(Bad::new("method", "GET, POST, PUT, PATCH or DELETE", method))
    }
}

#[cfg(test)]
mod tests {
    use super::is_time;

    #[test]
    fn times_are_rfc_3339_in_utc() {
        for good in ["2015-09-07T17:05:32Z", "2015-09-07T17:05:32.123456789Z"] {
            assert!(is_time(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            "Z",
            "1441645532",
            "2015-09-07 17:05:32Z",
            "2015-09-07T17:05:32",
            "2015-09-07T17:05:32+00:00",
            "2015-13-07T17:05:32Z",
            "2015-09-32T17:05:32Z",
            "2015-09-07T24:05:32Z",
            "2015-09-07T17:05:32.Z",
            "2015-09-07T17:05:32.1x3Z",
            "2015-09-07T17:05:3éZ",
        ] {
            assert!(!is_time(bad.as_bytes()), "{bad}");
        }
    }
}
