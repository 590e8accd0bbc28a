//! What a signature is made over, byte for byte.

use std::borrow::Cow;
use std::collections::BTreeSet;

use eclusa_model::{ContentPart, Place, SignedContent};
use http::header::CONTENT_TYPE;
use url::form_urlencoded;

use super::read::{self, Twice};
use super::{SignedRequest, VerifyError};

/// What was signed, in pieces. `timestamp` is the time as it is written.
pub(super) fn signed<'a>(
    content: &'a SignedContent,
    request: &SignedRequest<'a>,
    timestamp: &'a str,
) -> Result<Vec<Cow<'a, [u8]>>, VerifyError> {
    let mut pieces: Vec<Cow<'a, [u8]>> = Vec::with_capacity(content.parts().len() + 1);
    for part in content.parts() {
        match part {
            ContentPart::Text(text) => pieces.push(Cow::Borrowed(text.as_bytes())),
            ContentPart::Body => pieces.push(Cow::Borrowed(request.body)),
            ContentPart::Form => pieces.push(Cow::Owned(form(request)?)),
            ContentPart::Method => pieces.push(Cow::Borrowed(request.method.as_bytes())),
            ContentPart::Url => pieces.push(Cow::Owned(url(request).into_bytes())),
            ContentPart::Path => {
                pieces.push(Cow::Borrowed(base_path(request.public_url).as_bytes()));
                pieces.push(Cow::Borrowed(request.uri.path().as_bytes()));
            }
            ContentPart::Query => {
                let query = request.uri.query().unwrap_or_default();
                pieces.push(Cow::Borrowed(query.as_bytes()));
            }
            ContentPart::Timestamp => pieces.push(Cow::Borrowed(timestamp.as_bytes())),
            ContentPart::Header(name) => pieces.push(Cow::Borrowed(header(name, request)?)),
        }
    }
    Ok(pieces)
}

/// The public URL as the chat called it.
pub(super) fn url(request: &SignedRequest<'_>) -> String {
    let path_and_query = request.uri.path_and_query().map_or("/", |it| it.as_str());
    format!("{}{path_and_query}", request.public_url)
}

/// What of the path stands in the public URL already, behind a proxy that takes
/// it away.
fn base_path(public_url: &str) -> &str {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

fn header<'a>(name: &str, request: &SignedRequest<'a>) -> Result<&'a [u8], VerifyError> {
    let place = || Place::Header { header: name.to_owned(), prefix: String::new() };
    let value = read::header(request.headers, name)
        .map_err(|Twice| VerifyError::malformed(&place(), "sent just once"))?
        .ok_or_else(|| VerifyError::missing(&place()))?;
    Ok(value.as_bytes())
}

/// Twilio's way of signing a form: names and values one after another, sorted.
fn form(request: &SignedRequest<'_>) -> Result<Vec<u8>, VerifyError> {
    let declared = request.headers.get(CONTENT_TYPE).map(|it| it.as_bytes()).unwrap_or_default();
    let essence = declared.split(|byte| *byte == b';').next().unwrap_or_default();
    let is_form = essence.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded");
    if !is_form && !request.body.is_empty() {
        return Err(VerifyError::SignatureMalformed {
            place: "the body".to_owned(),
            expected: "a form (application/x-www-form-urlencoded), which could be signed"
                .to_owned(),
        });
    }
    let fields: BTreeSet<_> = form_urlencoded::parse(request.body).collect();
    let mut signed = Vec::with_capacity(request.body.len());
    for (name, value) in fields {
        signed.extend_from_slice(name.as_bytes());
        signed.extend_from_slice(value.as_bytes());
    }
    Ok(signed)
}
