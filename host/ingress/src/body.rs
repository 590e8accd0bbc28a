//! Finds one value in a raw body, without taking the rest apart, and tells where
//! it stands.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use url::form_urlencoded;

/// Why a value cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unclear {
    /// The body is not JSON.
    NotJson,
    /// It is there twice: whoever reads the body next may take the other one.
    Twice,
}

/// The JSON at a pointer (RFC 6901), as it is written in the body.
pub(super) fn json<'a>(body: &'a str, pointer: &str) -> Result<Option<&'a str>, Unclear> {
    let mut value = body;
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let mut json = serde_json::Deserializer::from_str(value);
        let found = json.deserialize_any(Child { segment: &segment });
        match found.and_then(|found| json.end().map(|()| found)) {
            Ok(Found::Once(found)) => value = found,
            Ok(Found::Nowhere) => return Ok(None),
            Ok(Found::Twice) => return Err(Unclear::Twice),
            Err(_) => return Err(Unclear::NotJson),
        }
    }
    Ok(Some(value))
}

/// The text at a JSON pointer; none where something else stands there.
pub(super) fn json_text(body: &str, pointer: &str) -> Result<Option<String>, Unclear> {
    Ok(json(body, pointer)?.and_then(|raw| serde_json::from_str(raw).ok()))
}

/// A form's field: its decoded value, and where it stands in the body.
pub(super) type Field<'a> = (Cow<'a, str>, Range<usize>);

/// The field of this name.
pub(super) fn form<'a>(body: &'a str, field: &str) -> Result<Option<Field<'a>>, Unclear> {
    let mut found = None;
    let mut start = 0;
    for pair in body.split('&') {
        let end = start + pair.len();
        if let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next()
            && name == field
        {
            if found.is_some() {
                return Err(Unclear::Twice);
            }
            let value_start = pair.find('=').map_or(end, |at| start + at + 1);
            found = Some((value, value_start..end));
        }
        start = end + 1;
    }
    Ok(found)
}

/// Where a part of `body` stands in it.
pub(super) fn range_of(body: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
    let range = start..start.checked_add(part.len())?;
    (body.get(range.clone())? == part).then_some(range)
}

/// Looks for one child of an object or an array.
struct Child<'s> {
    segment: &'s str,
}

enum Found<'a> {
    Nowhere,
    Once(&'a str),
    Twice,
}

impl<'de> Visitor<'de> for Child<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<'de>, A::Error> {
        let mut found = Found::Nowhere;
        // Names are compared decoded: an escape must not hide one.
        while let Some(name) = map.next_key::<Name<'de>>()? {
            if name.0 == self.segment {
                let value: &RawValue = map.next_value()?;
                found = match found {
                    Found::Nowhere => Found::Once(value.get()),
                    Found::Once(_) | Found::Twice => Found::Twice,
                };
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Found<'de>, A::Error> {
        let wanted: Option<usize> = self.segment.parse().ok();
        let mut found = Found::Nowhere;
        let mut index = 0;
        loop {
            if wanted == Some(index) {
                match seq.next_element::<&RawValue>()? {
                    Some(value) => found = Found::Once(value.get()),
                    None => return Ok(found),
                }
            } else if seq.next_element::<IgnoredAny>()?.is_none() {
                return Ok(found);
            }
            index += 1;
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Found<'de>, E> {
        Ok(Found::Nowhere)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Found<'de>, E> {
        Ok(Found::Nowhere)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Found<'de>, E> {
        Ok(Found::Nowhere)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Found<'de>, E> {
        Ok(Found::Nowhere)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Found<'de>, E> {
        Ok(Found::Nowhere)
    }

    fn visit_unit<E: Error>(self) -> Result<Found<'de>, E> {
        Ok(Found::Nowhere)
    }
}

/// A name, copied only where it has escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_where_the_pointer_says() {
        let body = r#" {"a":{"b/c":[1,{"d":"x\u0041"}],"~":null},"e":7} "#;
        for (pointer, expected) in [
            ("/a/b~1c/1/d", Some(r#""x\u0041""#)),
            ("/a/b~1c/0", Some("1")),
            ("/a/~0", Some("null")),
            ("/e", Some("7")),
            ("/e/f", None),
            ("/a/b~1c/2", None),
            ("/a/b~1c/x", None),
            ("/A", None),
        ] {
            assert_eq!(json(body, pointer), Ok(expected), "{pointer}");
        }
        assert_eq!(json_text(body, "/a/b~1c/1/d"), Ok(Some("xA".to_owned())));
        assert_eq!(json_text(body, "/e"), Ok(None));
        let found = json(body, "/a/b~1c/1/d").unwrap().unwrap();
        let range = range_of(body, found).unwrap();
        assert_eq!(body.get(range).unwrap(), r#""x\u0041""#);
    }

    #[test]
    fn what_is_not_clear_is_not_guessed() {
        for (body, expected) in [
            (r#"{"a":1,"a":2}"#, Unclear::Twice),
            (r#"{"a":1,"\u0061":2}"#, Unclear::Twice),
            (r#"{"a":1}{"a":2}"#, Unclear::NotJson),
            (r#"{"a":1"#, Unclear::NotJson),
            ("", Unclear::NotJson),
            ("a=1", Unclear::NotJson),
        ] {
            assert_eq!(json(body, "/a"), Err(expected), "{body}");
        }
        assert_eq!(form("a=1&b=2&%61=3", "a"), Err(Unclear::Twice));
    }

    #[test]
    fn deep_json_takes_no_stack() {
        let body = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(1 << 20), "]".repeat(1 << 20));
        assert_eq!(json(&body, "/b"), Ok(Some("1")));
    }

    #[test]
    fn forms_are_read_decoded() {
        let body = "event=x&auth%5Bapplication_token%5D=a%20b+c&flag";
        let (value, range) = form(body, "auth[application_token]").unwrap().unwrap();
        assert_eq!((value.as_ref(), body.get(range).unwrap()), ("a b c", "a%20b+c"));
        let (value, range) = form(body, "flag").unwrap().unwrap();
        assert_eq!((value.as_ref(), range), ("", body.len()..body.len()));
        assert_eq!(form(body, "none"), Ok(None));
    }
}
