//! `/login`: a token for a session.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::{Extension, Form};
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_model::Secret;
use serde::Deserialize;

use super::frame::Frame;
use super::html::{go_to, page};
use super::wrong::Phrase;
use crate::app::App;
use crate::auth::{Foreign, Unwelcome, check_origin, role_name, session_cookie, session_id};
use crate::incoming::Origin;
use crate::problem::ApiProblem;

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Input {
    token: Secret,
}

/// `GET /login`.
pub(super) async fn show(at: Frame) -> Response {
    form(at, StatusCode::OK, None)
}

/// `POST /login`: begins a session, and ends the one that this browser had.
pub(super) async fn sign_in(
    State(app): State<App>,
    at: Frame,
    Extension(origin): Extension<Origin>,
    uri: Uri,
    headers: HeaderMap,
    Form(input): Form<Input>,
) -> Result<Response, ApiProblem> {
    if let Err(foreign) = check_origin(&headers, &uri, &app.config.public_url()) {
        let why = why(&at, foreign);
        return Ok(form(at, StatusCode::FORBIDDEN, Some(why)));
    }
    let now_ms = app.clock.now_ms();
    let caller = app.admission.caller(origin, &headers);
    let checked = app.sign_ins.check(&app.tokens, input.token.expose().trim(), caller, now_ms);
    let known = match checked {
        Ok(known) => known,
        Err(unwelcome) => {
            if let Some(count) = app.sign_ins.refused(now_ms) {
                tell(&app, count, &caller.to_string()).await;
            }
            return Ok(refused(at, &unwelcome));
        }
    };
    let name = &known.token.name;
    let detail = format!("role {}, from {caller}", role_name(known.token.role));
    let audit = app.audit(name, AuditAction::SignedIn, SubjectKind::Token, name, detail);
    let replaced = session_id(&headers);
    let id = app.sessions.start(known.token.hash, replaced, audit, now_ms).await?;
    let mut response = go_to("/");
    if let Some(cookie) = session_cookie(&id) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Writes down that sign-ins were refused.
async fn tell(app: &App, count: u64, caller: &str) {
    let detail = match count {
        1 => format!("one, from {caller}"),
        count => format!("{count} since the last entry; the last one from {caller}"),
    };
    let audit =
        app.audit("eclusa", AuditAction::SignInRefused, SubjectKind::Console, "console", detail);
    if let Err(error) = app.journal.note(audit).await {
        tracing::warn!(%error, count, "sign-ins were refused, and the audit does not tell");
    }
}

/// The page, with why somebody was not let in.
#[derive(Template)]
#[template(path = "login.html")]
struct SignIn {
    at: Frame,
    refusal: Option<Phrase>,
}

fn form(at: Frame, status: StatusCode, refusal: Option<Phrase>) -> Response {
    // Who is signed in can sign in as somebody else; the page is the same for all.
    let at = at.without_person();
    page(status, &SignIn { at, refusal })
}

fn why(at: &Frame, foreign: Foreign) -> Phrase {
    let key = match foreign {
        Foreign::Site => "sign-in-foreign",
        Foreign::Insecure => "sign-in-needs-https",
    };
    Phrase { text: at.say(key).to_string(), english: false }
}

fn refused(at: Frame, unwelcome: &Unwelcome) -> Response {
    let key = format!("sign-in-{}", unwelcome.code.replace('_', "-"));
    let seconds = unwelcome.retry_after.unwrap_or_default();
    let reason = match at.knows(&key) {
        true => Phrase { text: at.say(&key).count(seconds).to_string(), english: false },
        false => Phrase::english(&unwelcome.reason),
    };
    let mut response = form(at, unwelcome.status, Some(reason));
    if let Some(seconds) = unwelcome.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
