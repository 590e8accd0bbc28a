//! A request as it comes over the wire, from the bytes of a fuzzer.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// A request as HTTP servers hand it over.
pub(crate) struct Wire<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Reads a line `METHOD TARGET`, lines `NAME: VALUE`, an empty line and the body.
pub(crate) fn read(bytes: &[u8]) -> Option<Wire<'_>> {
    let (first, mut rest) = line(bytes)?;
    let (method, target) = std::str::from_utf8(first).ok()?.split_once(' ')?;
    let mut headers = HeaderMap::new();
    loop {
        let (header, after) = line(rest)?;
        rest = after;
        if header.is_empty() {
            break;
        }
        let at = header.windows(2).position(|it| it == b": ")?;
        let (name, value) = (header.get(..at)?, header.get(at + 2..)?);
        headers.append(HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?);
    }
    let uri: Uri = target.parse().ok()?;
    Some(Wire { method, uri, headers, body: rest })
}

/// The first line without its end, and what follows it.
pub(crate) fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}
