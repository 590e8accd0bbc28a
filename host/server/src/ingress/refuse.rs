//! Requests that are not believed or cannot be read, and calls that failed.

use axum::http::StatusCode;
use eclusa_engine::CallError;
use eclusa_ingress::{DecodeError, VerifyError};
use eclusa_model::{Manifest, Problem};
use metrics::counter;

use crate::problem::ApiProblem;

pub(super) fn not_believed(channel: &str, error: &VerifyError) -> ApiProblem {
    let code = error.code();
    counter!("eclusa_ingress_refused_total", "channel" => channel.to_owned(), "code" => code)
        .increment(1);
    let status = match error {
        VerifyError::KeysUnavailable => {
            return ApiProblem::unavailable(code, error.to_string(), 30).action(error.action());
        }
        VerifyError::HandshakeRefused { .. } => StatusCode::FORBIDDEN,
        VerifyError::HandshakeMalformed { .. } => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNAUTHORIZED,
    };
    ApiProblem::new(status, code, error.to_string()).action(error.action())
}

pub(super) fn not_read(error: DecodeError) -> ApiProblem {
    let (code, action) = match error {
        DecodeError::NotUtf8 { .. } => {
            ("body_not_utf8", "Send text in UTF-8; send files by URL or handle.")
        }
        DecodeError::TooDeep { .. } => (
            "json_too_deep",
            "Send flatter JSON, or ask the operator to raise `limits.json_depth`.",
        ),
    };
    ApiProblem::new(StatusCode::BAD_REQUEST, code, error.to_string()).action(action)
}

pub(super) fn trapped(error: &CallError) -> Problem {
    let mut message = error.to_string();
    for frame in &error.backtrace {
        message.push_str("\n  at ");
        message.push_str(frame);
    }
    Problem::unsupported(error.code, message).action(error.action)
}

pub(super) fn unsigned_events(manifest: &Manifest) -> ApiProblem {
    ApiProblem::new(
        StatusCode::UNAUTHORIZED,
        "unsigned_events",
        format!(
            "adapter `{}` made more than a reply of a request without a signature",
            manifest.name
        ),
    )
    .action("Send events with a signed request.")
}
