//! The JSON reader of adapters: what it takes, any reader takes, and as the same.

use eclusa_adapter_sdk::Json;
use serde::de::IgnoredAny;

/// From here on the reader refuses, and another one may not.
const DEEP: usize = 60;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let other = serde_json::from_str::<IgnoredAny>(text);
    match Json::parse(text) {
        Ok(json) => {
            assert!(other.is_ok(), "only one of two readers takes it: {other:?}");
            let written = json.root().to_json();
            match Json::parse(&written) {
                Ok(again) => assert_eq!(again.root().to_json(), written),
                Err(problem) => panic!("it cannot be read again: {problem:?}: {written}"),
            }
        }
        Err(problem) => {
            assert_eq!(problem.code, "malformed_json");
            // Half of a character outside of Unicode's first plane is no text, which
            // a reader sees only where it makes text of it.
            let may_differ = text.contains("\\u") || text.matches(['[', '{']).count() > DEEP;
            assert!(other.is_err() || may_differ, "only one of two readers takes it: {problem:?}");
        }
    }
}
