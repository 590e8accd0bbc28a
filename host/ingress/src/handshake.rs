//! Answers the questions by which chats check an ingress URL.

use std::borrow::Cow;

use eclusa_model::{
    BodyHandshake, BodyReply, Channel, Handshake, HttpResponse, Manifest, Place, QueryHandshake,
};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{SignedRequest, VerifyError, body, secret, values};

/// Longest challenge that is given back, in bytes.
const LONGEST: usize = 4096;

/// Answers a `GET` with a challenge among its query parameters; none where the
/// request is no handshake. It carries no signature: ask before it is verified.
///
/// # Errors
/// It is a handshake, but of somebody who does not know the secret, or it has no
/// challenge.
pub fn answer_unsigned(
    manifest: &Manifest,
    channel: &Channel,
    request: &SignedRequest<'_>,
) -> Option<Result<HttpResponse, VerifyError>> {
    match &manifest.handshake {
        Some(Handshake::Query(handshake)) if request.method == "GET" => {
            let query = request.uri.query().unwrap_or_default();
            let parameters: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
            let asked = handshake
                .when
                .iter()
                .all(|(name, value)| only(&parameters, name) == Some(value.as_str()));
            asked.then(|| by_query(handshake, channel, &parameters))
        }
        _ => None,
    }
}

/// Answers a `POST` with a challenge in its JSON; none where the request is no
/// handshake. Ask after it is verified.
///
/// # Errors
/// It is a handshake, but has no challenge.
pub fn answer_signed(
    manifest: &Manifest,
    request: &SignedRequest<'_>,
) -> Option<Result<HttpResponse, VerifyError>> {
    match &manifest.handshake {
        Some(Handshake::Body(handshake)) if request.method == "POST" => {
            let body = std::str::from_utf8(request.body).ok()?;
            let asked = handshake.when.iter().all(|(pointer, value)| {
                let found = body::json(body, pointer).ok().flatten();
                found.is_some_and(|raw| {
                    // Nothing longer than what is expected need be read.
                    raw.len() <= LONGEST
                        && serde_json::from_str::<Value>(raw).is_ok_and(|it| it == *value)
                })
            });
            asked.then(|| by_body(handshake, body))
        }
        _ => None,
    }
}

/// The only value of a parameter.
fn only<'p>(parameters: &'p [(Cow<'_, str>, Cow<'_, str>)], name: &str) -> Option<&'p str> {
    let mut found = parameters.iter().filter(|(it, _)| it == name).map(|(_, value)| &**value);
    match (found.next(), found.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

fn by_query(
    handshake: &QueryHandshake,
    channel: &Channel,
    parameters: &[(Cow<'_, str>, Cow<'_, str>)],
) -> Result<HttpResponse, VerifyError> {
    let place = |name: &str| Place::Query { query: name.to_owned() }.to_string();
    let expected = values(channel, &handshake.secret);
    if expected.is_empty() {
        return Err(VerifyError::SecretNotConfigured { secret: handshake.secret.clone() });
    }
    let said = only(parameters, &handshake.token).unwrap_or_default();
    if !secret::matches_any(expected.iter().map(|it| it.expose()), said.as_bytes()) {
        return Err(VerifyError::HandshakeRefused { place: place(&handshake.token) });
    }
    let challenge = only(parameters, &handshake.challenge);
    Ok(HttpResponse::text(200, checked(challenge, || place(&handshake.challenge))?))
}

fn by_body(handshake: &BodyHandshake, body: &str) -> Result<HttpResponse, VerifyError> {
    let text = |pointer: &str| {
        let found = body::json_text(body, pointer).ok().flatten();
        let place = || Place::Json { pointer: pointer.to_owned() }.to_string();
        checked(found.as_deref(), place).map(str::to_owned)
    };
    let json = |value: &Value| HttpResponse {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: value.to_string(),
    };
    match &handshake.reply {
        BodyReply::Text(pointer) => Ok(HttpResponse::text(200, text(pointer)?)),
        BodyReply::Json(value) => Ok(json(value)),
        BodyReply::Echo(keys) => {
            let mut object = Map::new();
            for (key, pointer) in keys {
                object.insert(key.clone(), text(pointer)?.into());
            }
            Ok(json(&object.into()))
        }
    }
}

fn checked(challenge: Option<&str>, place: impl Fn() -> String) -> Result<&str, VerifyError> {
    challenge
        .filter(|it| (1..=LONGEST).contains(&it.len()))
        .ok_or_else(|| VerifyError::HandshakeMalformed { place: place(), longest: LONGEST })
}
