//! Reads what proves the sender from its place.

use std::borrow::Cow;

use eclusa_model::Place;
use http::{HeaderMap, HeaderValue};
use url::form_urlencoded;

use super::body::{self, Unclear};
use super::{SignedRequest, VerifyError};

/// Longest value that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

pub(super) struct Twice;

/// The only value of a header. Of two values it is not known which one the chat's
/// own server would have looked at.
pub(super) fn header<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a HeaderValue>, Twice> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Twice),
    }
}

/// What stands at a place; in a header, behind the prefix.
pub(super) fn at<'a>(
    place: &Place,
    request: &SignedRequest<'a>,
) -> Result<Cow<'a, str>, VerifyError> {
    let value = match place {
        Place::Header { header, prefix } => {
            Cow::Borrowed(in_header(place, header, prefix, request.headers)?)
        }
        Place::Query { query } => in_query(place, query, request)?,
        Place::Json { pointer } => {
            let found = body::json(text(place, request)?, pointer).map_err(unclear(place))?;
            let raw = found.ok_or_else(|| VerifyError::missing(place))?;
            serde_json::from_str::<String>(raw)
                .map_err(|_| VerifyError::malformed(place, "a text"))?
                .into()
        }
        Place::Form { form } => {
            let found = body::form(text(place, request)?, form).map_err(unclear(place))?;
            found.ok_or_else(|| VerifyError::missing(place))?.0
        }
    };
    if value.len() > LONGEST {
        return Err(VerifyError::malformed(place, format!("at most {LONGEST} bytes long")));
    }
    Ok(value)
}

fn in_header<'a>(
    place: &Place,
    name: &str,
    prefix: &str,
    headers: &'a HeaderMap,
) -> Result<&'a str, VerifyError> {
    let value = header(headers, name)
        .map_err(|Twice| VerifyError::malformed(place, "sent just once"))?
        .ok_or_else(|| VerifyError::missing(place))?
        .to_str()
        .map_err(|_| VerifyError::malformed(place, "text of visible ASCII characters"))?;
    value
        .strip_prefix(prefix)
        .ok_or_else(|| VerifyError::malformed(place, format!("`{prefix}` and what follows it")))
}

fn in_query<'a>(
    place: &Place,
    name: &str,
    request: &SignedRequest<'a>,
) -> Result<Cow<'a, str>, VerifyError> {
    let query = request.uri.query().unwrap_or_default();
    let mut values =
        form_urlencoded::parse(query.as_bytes()).filter(|(it, _)| it == name).map(|(_, it)| it);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(VerifyError::missing(place)),
        (Some(_), Some(_)) => Err(VerifyError::malformed(place, "sent just once")),
    }
}

fn text<'a>(place: &Place, request: &SignedRequest<'a>) -> Result<&'a str, VerifyError> {
    std::str::from_utf8(request.body)
        .map_err(|_| VerifyError::malformed(place, "to be found: the body is not UTF-8"))
}

fn unclear(place: &Place) -> impl Fn(Unclear) -> VerifyError {
    move |unclear| match unclear {
        Unclear::NotJson => VerifyError::malformed(place, "to be found: the body is not JSON"),
        Unclear::Twice => VerifyError::malformed(place, "sent just once"),
    }
}
