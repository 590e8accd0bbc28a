//! Who is signed in and looks at a page.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::frame::Frame;
use super::html::go_to;
use crate::app::App;
use crate::problem::ApiProblem;

/// Somebody who is signed in; others are sent to the sign-in.
pub(super) struct Visitor {
    /// What their pages have around them.
    pub(super) frame: Frame,
}

impl Visitor {
    fn of(app: &App, parts: &Parts) -> Result<Self, SignInFirst> {
        let frame = Frame::new(app, &parts.headers, &parts.uri);
        if frame.person.is_some() { Ok(Self { frame }) } else { Err(SignInFirst) }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = SignInFirst;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, SignInFirst> {
        Self::of(app, parts)
    }
}

/// Who is not signed in goes to the sign-in.
pub(super) struct SignInFirst;

impl IntoResponse for SignInFirst {
    fn into_response(self) -> Response {
        go_to("/login")
    }
}

/// A form that none of our pages has sent.
pub(super) fn foreign() -> ApiProblem {
    ApiProblem::new(
        StatusCode::FORBIDDEN,
        "form_refused",
        "this form was not sent by a page of this server that is still valid",
    )
    .action("Open the page again and send its form from there.")
}
