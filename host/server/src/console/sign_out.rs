//! `/logout`: the end of a session.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_model::Secret;
use serde::Deserialize;

use super::html::go_to;
use crate::app::App;
use crate::auth::{check_origin, no_session_cookie};
use crate::problem::ApiProblem;

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Input {
    csrf: Secret,
}

/// `POST /logout`: ends the session. Without one there is nothing to end.
pub(super) async fn sign_out(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Form(input): Form<Input>,
) -> Result<Response, ApiProblem> {
    if let Some(signed_in) = app.signed_in(&headers) {
        let ours = check_origin(&headers, &uri, &app.config.public_url()).is_ok()
            && signed_in.is_form_token(input.csrf.expose());
        if !ours {
            return Err(ApiProblem::new(
                StatusCode::FORBIDDEN,
                "sign_out_refused",
                "you are still signed in: this form was not sent by a page of this server that \
                 is still valid",
            )
            .action("Open the console again and sign out there."));
        }
        let name = &signed_in.known().token.name;
        let audit = app.audit(name, AuditAction::SignedOut, SubjectKind::Token, name, "");
        app.sessions.end(signed_in.id(), audit).await?;
    }
    let mut response = go_to("/login");
    if let Some(cookie) = no_session_cookie() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
