//! Requests from a chat and its responses, as files hold them: a bare body, or
//! an object of the parts of an HTTP message.

use std::collections::BTreeMap;
use std::fmt;

use eclusa_model::{HttpResponse, Request, SampleRequest};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::cli::failure::Failure;
use crate::cli::json;

const REQUEST_KEYS: [&str; 5] = ["method", "path", "query", "headers", "body"];
const RESPONSE_KEYS: [&str; 3] = ["status", "headers", "body"];

const REQUEST_HELP: &str = "A request is {\"method\":\"POST\",\"path\":\"\",\"query\":{},\
    \"headers\":{},\"body\":…}; a bare body is taken as it stands.";
const RESPONSE_HELP: &str = "A response is {\"status\":200,\"headers\":{},\"body\":…}; a bare body \
    is taken as it stands, with status 200.";

/// A request: an object of its parts if all of its keys are such parts and one of
/// them is `method` or `body`, otherwise a body.
pub(super) fn parse_request(text: &str) -> Result<Request, Failure> {
    let mut request = SampleRequest {
        method: "POST".to_owned(),
        path: String::new(),
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: None,
    }
    .to_request();
    let Some(parts) = Parts::of(text, &REQUEST_KEYS, &["method", "body"], REQUEST_HELP) else {
        text.clone_into(&mut request.body);
        return Ok(request);
    };
    if let Some(method) = parts.get::<String>("method")? {
        request.method = method.to_ascii_uppercase();
    }
    let path = parts.get::<String>("path")?.unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    path.clone_into(&mut request.path);
    request.query = parse_query(query);
    match parts.text_of("query") {
        Some(text) if text.starts_with('"') => {
            let query: String = parts.get("query")?.unwrap_or_default();
            request.query.extend(parse_query(query.trim_start_matches('?')));
        }
        _ => request.query.extend(parts.get::<Pairs>("query")?.unwrap_or_default().0),
    }
    request.headers = parts.headers()?;
    request.body = parts.body()?;
    Ok(request)
}

/// A response: an object of its parts if all of its keys are such parts and one of
/// them is `status`, otherwise the body of a 200.
pub(super) fn parse_response(text: &str) -> Result<HttpResponse, Failure> {
    let Some(parts) = Parts::of(text, &RESPONSE_KEYS, &["status"], RESPONSE_HELP) else {
        return Ok(HttpResponse { status: 200, headers: Vec::new(), body: text.to_owned() });
    };
    Ok(HttpResponse {
        status: parts.get("status")?.unwrap_or(200),
        headers: parts.headers()?,
        body: parts.body()?,
    })
}

fn parse_query(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The parts of an HTTP message, each as the JSON text that the file holds.
struct Parts {
    values: BTreeMap<String, Box<RawValue>>,
    help: &'static str,
}

impl Parts {
    /// None where the text is something else.
    fn of(text: &str, allowed: &[&str], either: &[&str], help: &'static str) -> Option<Self> {
        let values: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
        let known = values.keys().all(|key| allowed.contains(&key.as_str()));
        let marked = either.iter().any(|key| values.contains_key(*key));
        (known && marked).then_some(Self { values, help })
    }

    fn text_of(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|value| value.get()).filter(|text| *text != "null")
    }

    fn get<T: for<'de> Deserialize<'de>>(&self, key: &str) -> Result<Option<T>, Failure> {
        let Some(text) = self.text_of(key) else { return Ok(None) };
        serde_json::from_str(text).map(Some).map_err(|error| {
            Failure::new("wrong_shape", format!("`{key}` is wrong: {error}"), self.help)
        })
    }

    /// With names in lower case, as they come from the host.
    fn headers(&self) -> Result<Vec<(String, String)>, Failure> {
        let pairs = self.get::<Pairs>("headers")?.unwrap_or_default().0;
        Ok(pairs.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
    }

    /// A string is the body itself. Other JSON is written compactly, with its keys
    /// in their order and its numbers digit for digit.
    fn body(&self) -> Result<String, Failure> {
        match self.text_of("body") {
            Some(text) if text.starts_with('"') => Ok(self.get("body")?.unwrap_or_default()),
            Some(text) => Ok(json::compact(text)),
            None => Ok(String::new()),
        }
    }
}

/// Names and values in their order: an object, whose values may be lists, or a
/// list of pairs.
#[derive(Default)]
struct Pairs(Vec<(String, String)>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum Values {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings, or a list of pairs")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs, M::Error> {
                let mut pairs = Vec::new();
                while let Some((name, values)) = map.next_entry::<String, Values>()? {
                    match values {
                        Values::One(value) => pairs.push((name, value)),
                        Values::Many(values) => {
                            pairs.extend(values.into_iter().map(|value| (name.clone(), value)));
                        }
                    }
                }
                Ok(Pairs(pairs))
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Pairs, S::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = seq.next_element()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_any(PairsVisitor)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_body_is_told_from_a_request() {
        for (text, is_request) in [
            (r#"{"method":"GET","query":{"a":"b"}}"#, true),
            (r#"{"body":"x"}"#, true),
            (r#"{"body":{"a":1},"headers":{}}"#, true),
            (r#"{"headers":{}}"#, false),
            (r#"{"body":"x","id":1}"#, false),
            ("{}", false),
            ("[]", false),
            (r#"{"method":"POST","body":{"a""#, false),
            ("payload=%7B%7D", false),
        ] {
            let request = parse_request(text).unwrap();
            assert_eq!(request.body != text, is_request, "{text}");
        }
    }

    #[test]
    fn the_parts_come_as_the_host_gives_them() {
        let request = parse_request(
            r#"{"method":"post","path":"/x?a=1%202","query":{"z":["1","2"],"b":"3"},
                "headers":{"X-Id":"A","content-type":"application/json"},
                "body":{"b": 123456789012345678901234567890.0, "a" : "x : y"}}"#,
        )
        .unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.path, "/x");
        let query: Vec<_> =
            request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(query, ["a=1 2", "z=1", "z=2", "b=3"]);
        assert_eq!(request.header("x-id"), Some("A"));
        assert_eq!(request.body, r#"{"b":123456789012345678901234567890.0,"a":"x : y"}"#);
    }

    #[test]
    fn a_query_may_be_written_as_in_a_url() {
        let request = parse_request(r#"{"method":"GET","query":"?hub.mode=subscribe&c=%C3%A9"}"#);
        let request = request.unwrap();
        assert_eq!(request.query("hub.mode"), Some("subscribe"));
        assert_eq!(request.query("c"), Some("é"));
    }

    #[test]
    fn wrong_parts_are_named() {
        for (text, part) in [
            (r#"{"method":7}"#, "`method`"),
            (r#"{"body":"","headers":[1]}"#, "`headers`"),
            (r#"{"body":"","query":{"a":1}}"#, "`query`"),
        ] {
            let message = parse_request(text).unwrap_err().message;
            assert!(message.contains(part), "{message}");
        }
        assert!(parse_response(r#"{"status":"ok"}"#).is_err());
    }

    #[test]
    fn a_response_may_be_a_bare_body() {
        let response = parse_response(r#"{"ok":true}"#).unwrap();
        assert_eq!((response.status, response.body.as_str()), (200, r#"{"ok":true}"#));
        let response = parse_response(r#"{"status":429,"headers":{"Retry-After":"3"}}"#).unwrap();
        assert_eq!((response.status, response.header("retry-after")), (429, Some("3")));
    }
}
