//! `/login`: a token for a session.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::{Extension, Form};
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_model::Secret;
use serde::Deserialize;

use super::html::{escape, go_to, page};
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
pub(super) async fn show() -> Response {
    form(StatusCode::OK, None)
}

/// `POST /login`: begins a session, and ends the one that this browser had.
pub(super) async fn sign_in(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    uri: Uri,
    headers: HeaderMap,
    Form(input): Form<Input>,
) -> Result<Response, ApiProblem> {
    if let Err(foreign) = check_origin(&headers, &uri, &app.config.public_url()) {
        return Ok(form(StatusCode::FORBIDDEN, Some(why(foreign))));
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
            return Ok(refused(&unwelcome));
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

fn why(foreign: Foreign) -> &'static str {
    match foreign {
        Foreign::Site => {
            "This form was not sent by this server's own page. Open /login here and sign in \
             again. Behind a proxy that changes the Host header, public_url must be set to the \
             address that you open."
        }
        Foreign::Insecure => {
            "Sign-in needs https, or this machine itself (http://localhost): browsers keep no \
             session where others can read along."
        }
    }
}

fn refused(unwelcome: &Unwelcome) -> Response {
    let mut response = form(unwelcome.status, Some(&unwelcome.reason));
    if let Some(seconds) = unwelcome.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn form(status: StatusCode, refusal: Option<&str>) -> Response {
    let (note, described) = match refusal {
        Some(refusal) => (
            format!(r#"<p class="note" id="refusal" role="alert">{}</p>"#, escape(refusal)),
            r#" aria-invalid="true" aria-describedby="refusal hint""#,
        ),
        None => (String::new(), r#" aria-describedby="hint""#),
    };
    let body = format!(
        r#"<main class="alone">
<form class="card" method="post" action="/login">
<h1>Sign in to Eclusa</h1>
{note}
<p class="note" id="insecure" hidden>This page came without encryption from another machine. Open it by https: a token that you type here can be read on its way.</p>
<p class="hint" id="from-link" hidden>The token is that of the link which you have opened.</p>
<label for="token">Access token</label>
<input id="token" name="token" type="password" required autofocus autocomplete="current-password" autocapitalize="none" spellcheck="false" maxlength="512"{described}>
<p class="hint" id="hint">It begins with <code>ecl_</code>. The server printed one at its first start; an admin makes others by <code>eclusa token create</code>.</p>
<button id="sign-in">Sign in</button>
</form>
</main>
<script src="/assets/login.js" defer></script>"#
    );
    page(status, "Sign in · Eclusa", &body)
}
