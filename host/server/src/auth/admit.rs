//! Whether a call of the API is let in: by its token, or by the session of a
//! browser that shows our console.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderName, StatusCode, header};

use super::tokens::Known;
use super::{Permission, check_origin, session_id};
use crate::app::App;
use crate::problem::ApiProblem;

/// The header by which a script of our own pages shows that it is one.
const FORM_TOKEN: HeaderName = HeaderName::from_static("x-eclusa-csrf");

/// Who makes a call. A token counts before a session; a session alone changes
/// nothing where the call does not come from our own pages.
pub(crate) fn admit(
    app: &App,
    request: &Request,
    permission: Permission,
) -> Result<Arc<Known>, ApiProblem> {
    let headers = request.headers();
    if headers.contains_key(header::AUTHORIZATION) || session_id(headers).is_none() {
        return app.tokens.check(headers, permission, app.clock.now_ms());
    }
    let signed_in = app.signed_in(headers).ok_or_else(|| {
        ApiProblem::unauthorized("session_over", "this session is over, or its token has ended")
            .action("Sign in again at /login, or use a token.")
    })?;
    if !request.method().is_safe() {
        let given = headers.get(FORM_TOKEN).and_then(|value| value.to_str().ok());
        let public_url = app.config.public_url();
        let ours = check_origin(headers, request.uri(), &public_url).is_ok()
            && given.is_some_and(|given| signed_in.is_form_token(given));
        if !ours {
            return Err(ApiProblem::new(
                StatusCode::FORBIDDEN,
                "csrf_refused",
                "a session changes something only from the console's own pages",
            )
            .action("Reload the page, or use a token in the header `Authorization`."));
        }
    }
    signed_in.known().allow(permission)?;
    Ok(Arc::clone(signed_in.known()))
}
