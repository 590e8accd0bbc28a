//! What chats are told.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use eclusa_journal::Accepted;
use eclusa_model::{HttpResponse, Problem, Warning};
use serde::Serialize;

use crate::problem::GuestReply;

/// The header of the answer that names the recorded request.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("eclusa-request-id");

/// What the chat is told.
#[derive(Serialize)]
struct Answer<'a> {
    /// The messages of the request, the same again for a repeated request.
    messages: Vec<AnswerMessage<'a>>,
    /// What was left out, and why.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [Warning],
    /// Why nothing was mapped; the request is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a Problem>,
}

#[derive(Serialize)]
struct AnswerMessage<'a> {
    id: &'a str,
    external_id: &'a str,
}

pub(super) fn answer(
    accepted: &Accepted,
    warnings: &[Warning],
    problem: Option<&Problem>,
) -> Response {
    let messages = accepted
        .events
        .iter()
        .filter_map(|event| event.message.as_ref())
        .map(|(id, external_id)| AnswerMessage { id, external_id })
        .collect();
    Json(Answer { messages, warnings, problem }).into_response()
}

/// The guest decides status and body within bounds; of its headers only the
/// content type counts, and the browser may not guess another one.
pub(super) fn reply_response(reply: HttpResponse) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let is_json = reply.header("content-type").is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    });
    // Anything else could be active content on the origin of the API.
    let content_type = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
    let mut response = (status, reply.body).into_response();
    response.extensions_mut().insert(GuestReply);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    response
}

pub(super) fn with_request_id(mut response: Response, accepted: &Accepted) -> Response {
    if let Ok(value) = HeaderValue::from_str(&accepted.request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
