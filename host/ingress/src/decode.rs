//! A request as adapters see it, from what came over the wire.

use http::{HeaderMap, HeaderName, Uri, header};
use url::form_urlencoded;

use crate::json_depth;

/// Headers that hold credentials of some scheme; they are neither stored nor
/// shown to an adapter.
const CREDENTIALS: [HeaderName; 3] =
    [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];

/// Why a body cannot be shown to an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is not text.
    #[error("the body is not UTF-8: byte {at} begins no character")]
    NotUtf8 {
        /// The first byte at fault, counted from 0.
        at: usize,
    },
    /// Its brackets are nested too deep for the JSON readers of adapters.
    #[error("the body is nested deeper than {limit}")]
    TooDeep {
        /// The deepest that is allowed.
        limit: usize,
    },
}

/// The text of a body, nested no deeper than `depth_limit` (see [`json_depth`]).
///
/// # Errors
/// It is no text, or nested deeper.
pub fn decode_body(bytes: Vec<u8>, depth_limit: usize) -> Result<String, DecodeError> {
    let body = String::from_utf8(bytes)
        .map_err(|error| DecodeError::NotUtf8 { at: error.utf8_error().valid_up_to() })?;
    if json_depth(&body) > depth_limit {
        return Err(DecodeError::TooDeep { limit: depth_limit });
    }
    Ok(body)
}

/// The query's names and values, decoded, in their order.
pub fn query_pairs(uri: &Uri) -> Vec<(String, String)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// The headers that hold no credentials, as far as they are text; see
/// [`redact`](crate::redact) for what adapters declare.
pub fn visible_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !CREDENTIALS.contains(name))
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_text_and_not_too_deep() {
        let decoded = |bytes: &[u8]| decode_body(bytes.to_vec(), 2);
        assert_eq!(decoded("[\"ção\"]".as_bytes()), Ok("[\"ção\"]".to_owned()));
        assert_eq!(decoded(b""), Ok(String::new()));
        assert_eq!(decoded(b"ok\xff"), Err(DecodeError::NotUtf8 { at: 2 }));
        assert_eq!(decoded(b"[[]]"), Ok("[[]]".to_owned()));
        assert_eq!(decoded(b"[[[]]]"), Err(DecodeError::TooDeep { limit: 2 }));
    }

    #[test]
    fn credentials_are_not_shown() {
        let mut headers = HeaderMap::new();
        for name in ["authorization", "cookie", "proxy-authorization", "x-chat"] {
            headers.append(name, http::HeaderValue::from_static("x"));
        }
        headers.append("x-chat", http::HeaderValue::from_static("y"));
        let pair = |value: &str| ("x-chat".to_owned(), value.to_owned());
        assert_eq!(visible_headers(&headers), [pair("x"), pair("y")]);
    }
}
