//! From the contract to the model, checking what the types cannot say. Errors
//! name the field by its JSON pointer.

use eclusa_model as model;

use super::check::{self, Bad, Checked, each};
use super::lift_event;
use crate::bindings::eclusa::adapter::exchange as wit;

/// Why the answer of a guest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("it returned {count} events, {limit} are allowed")]
    TooManyEvents { count: usize, limit: usize },
    #[error("{0}")]
    Bad(#[from] Bad),
}

pub(crate) fn received(
    received: wit::Received,
    max_events: usize,
) -> Result<model::Received, Refused> {
    let count = received.events.len();
    if count > max_events {
        return Err(Refused::TooManyEvents { count, limit: max_events });
    }
    let reply = received.reply.map(reply).transpose().map_err(|bad| bad.within("reply"))?;
    Ok(model::Received {
        events: each("events", received.events, lift_event::event)?,
        reply,
        warnings: each("warnings", received.warnings, warning)?,
    })
}

pub(crate) fn prepared(prepared: wit::Prepared) -> Result<model::Prepared, Refused> {
    Ok(model::Prepared {
        request: request(prepared.request).map_err(|bad| bad.within("request"))?,
        warnings: each("warnings", prepared.warnings, warning)?,
    })
}

pub(crate) fn outcome(outcome: wit::Outcome) -> Result<model::Outcome, Refused> {
    let checked = match outcome {
        wit::Outcome::Sent(receipt) => sent(receipt).map(model::Outcome::Sent),
        wit::Outcome::Next(next) => next_request(next).map(model::Outcome::Next),
        wit::Outcome::Retry(postponement) => {
            // A call that is to be repeated can, by definition, help.
            let problem = problem_fields(postponement.problem).map(model::Problem::retryable);
            problem.map_err(|bad| bad.within("problem")).map(|problem| {
                let after_seconds = postponement.after_seconds;
                model::Outcome::Retry(model::Postponement { after_seconds, problem })
            })
        }
        wit::Outcome::Refused(problem) => problem_fields(problem).map(model::Outcome::Refused),
    };
    Ok(checked?)
}

pub(crate) fn media_step(step: wit::MediaStep) -> Result<model::MediaStep, Refused> {
    let checked = match step {
        wit::MediaStep::File(file) => request(file).map(model::MediaStep::File),
        wit::MediaStep::Ask(next) => next_request(next).map(model::MediaStep::Ask),
    };
    Ok(checked?)
}

pub(crate) fn problem(problem: wit::Problem) -> Result<model::Problem, Refused> {
    Ok(problem_fields(problem)?)
}

fn problem_fields(problem: wit::Problem) -> Checked<model::Problem> {
    Ok(model::Problem {
        kind: match problem.kind {
            wit::ProblemKind::Invalid => model::ProblemKind::Invalid,
            wit::ProblemKind::Unsupported => model::ProblemKind::Unsupported,
            wit::ProblemKind::Configuration => model::ProblemKind::Configuration,
            wit::ProblemKind::Refused => model::ProblemKind::Refused,
        },
        code: check::code("code", problem.code)?,
        message: problem.message,
        pointer: problem.pointer,
        action: problem.action,
        retryable: problem.retryable,
    })
}

fn warning(warning: wit::Warning) -> Checked<model::Warning> {
    Ok(model::Warning {
        kind: match warning.kind {
            wit::WarningKind::Ignored => model::WarningKind::Ignored,
            wit::WarningKind::Unsupported => model::WarningKind::Unsupported,
            wit::WarningKind::Degraded => model::WarningKind::Degraded,
        },
        code: check::code("code", warning.code)?,
        message: warning.message,
        pointer: warning.pointer,
    })
}

/// The reply of `receive`: of its headers only the content type is kept.
fn reply(reply: wit::HttpResponseResult) -> Checked<model::HttpResponse> {
    if !matches!(reply.status, 200..=299 | 400..=499) {
        return Err(Bad::new("status", "200 to 299 or 400 to 499", reply.status));
    }
    let mut headers = check::headers(reply.headers)?;
    headers.retain(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    Ok(model::HttpResponse { status: reply.status, headers, body: reply.body })
}

fn request(request: wit::HttpRequest) -> Checked<model::HttpRequest> {
    Ok(model::HttpRequest {
        method: check::method(request.method)?,
        url: check::url(request.url)?,
        headers: check::headers(request.headers)?,
        body: request.body,
    })
}

fn next_request(next: wit::NextRequest) -> Checked<model::NextRequest> {
    Ok(model::NextRequest {
        request: request(next.request).map_err(|bad| bad.within("request"))?,
        state: next.state,
    })
}

fn sent(receipt: wit::Receipt) -> Checked<model::Receipt> {
    Ok(model::Receipt {
        external_id: check::optional_id("external_id", receipt.external_id)?,
        warnings: each("warnings", receipt.warnings, warning)?,
    })
}
