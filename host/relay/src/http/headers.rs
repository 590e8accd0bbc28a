//! Which headers may be sent, and how those that came are shown.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers that belong to the connection, not to the message. The HTTP client
/// sets them; from elsewhere they would only tear request and connection apart.
const CONNECTION_HEADERS: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHeader {
    /// Not a header's name.
    #[error("`{0}` is not the name of a header")]
    Name(String),
    /// The value has characters that no header can hold.
    #[error("the value of header `{0}` has a line break or another control character")]
    Value(String),
    /// The HTTP client sets it.
    #[error("header `{0}` belongs to the connection and cannot be set")]
    Connection(String),
}

/// Checks a header that is to be sent; a channel's headers are checked by it
/// before they are saved.
///
/// # Errors
/// When it cannot be sent, or may not be set.
pub fn check_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), InvalidHeader> {
    let header = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| InvalidHeader::Name(name.escape_debug().to_string()))?;
    if CONNECTION_HEADERS.contains(&header.as_str()) {
        return Err(InvalidHeader::Connection(header.as_str().to_owned()));
    }
    let value = HeaderValue::from_str(value)
        .map_err(|_| InvalidHeader::Value(header.as_str().to_owned()))?;
    Ok((header, value))
}

/// Headers as pairs with lower-case names, in order; what is not UTF-8 in a
/// value is replaced.
pub fn header_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_headers_pass() {
        for (name, value) in
            [("Authorization", "Bearer x"), ("X-Tenant", "päge"), ("accept", ""), ("a", "\t")]
        {
            assert!(check_header(name, value).is_ok(), "{name}");
        }
    }

    #[test]
    fn others_are_refused() {
        for name in ["Host", "content-length", "Transfer-Encoding", "CONNECTION"] {
            assert_eq!(
                check_header(name, "x").map(drop),
                Err(InvalidHeader::Connection(name.to_ascii_lowercase()))
            );
        }
        for value in ["a\r\nx: y", "a\nb", "\0", "a\rb"] {
            assert_eq!(
                check_header("x", value).map(drop),
                Err(InvalidHeader::Value("x".to_owned()))
            );
        }
        for name in ["", "a b", "a:b", "a\r\nb", "ä"] {
            assert!(matches!(check_header(name, "x"), Err(InvalidHeader::Name(_))), "{name}");
        }
    }
}
