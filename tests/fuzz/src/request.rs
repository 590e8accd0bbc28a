//! A chat's request as the host shows it to an adapter: it holds what was sent,
//! and nothing that nobody may see.
//!
//! Input: see `wire.rs`.

use eclusa_ingress::{decode_body, json_depth, query_pairs, visible_headers};
use serde::de::IgnoredAny;

use crate::wire::{self, Wire};

const DEPTH: usize = 64;

pub(crate) fn run(bytes: &[u8]) {
    let Some(Wire { uri, headers, body, .. }) = wire::read(bytes) else { return };
    if let Ok(text) = decode_body(body.to_vec(), DEPTH) {
        assert_eq!(text.as_bytes(), body);
        assert!(json_depth(&text) <= DEPTH);
        // No reader meets JSON that is too deep for it.
        let read = serde_json::from_str::<IgnoredAny>(&text);
        assert!(!read.is_err_and(|error| error.to_string().contains("recursion")), "{text}");
    }
    let pairs = query_pairs(&uri);
    let written =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let again: Vec<_> = url::form_urlencoded::parse(written.as_bytes()).into_owned().collect();
    assert_eq!(again, pairs, "{uri}");
    for (name, value) in visible_headers(&headers) {
        assert!(
            !["authorization", "cookie", "proxy-authorization"].contains(&name.as_str()),
            "{name}: {value}"
        );
        assert!(headers.get_all(&name).iter().any(|sent| sent.as_bytes() == value.as_bytes()));
    }
}
