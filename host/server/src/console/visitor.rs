//! Who is signed in and looks at a page, or sends one of its forms.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::frame::Frame;
use super::html::go_to;
use super::posted::Fields;
use crate::app::App;
use crate::auth::{Permission, SignedIn, check_origin};
use crate::problem::ApiProblem;

/// Somebody who is signed in; others are sent to the sign-in.
pub(super) struct Visitor {
    /// What their pages have around them.
    pub(super) frame: Frame,
    signed_in: SignedIn,
}

impl Visitor {
    fn of(app: &App, parts: &Parts) -> Result<Self, SignInFirst> {
        let signed_in = app.signed_in(&parts.headers).ok_or(SignInFirst)?;
        Ok(Self { frame: Frame::new(app, &parts.headers, &parts.uri), signed_in })
    }

    /// Their name for the audit, where they may do this.
    pub(super) fn actor(&self, permission: Permission) -> Result<&str, ApiProblem> {
        let known = self.signed_in.known();
        known.allow(permission)?;
        Ok(&known.token.name)
    }

    /// What tells their session from others; not its id.
    pub(super) fn session(&self) -> &str {
        self.frame.csrf()
    }

    /// Whether their session goes on. It does not count as used by that.
    pub(super) fn is_still_there(&self, app: &App) -> bool {
        self.signed_in.lasts(&app.sessions, &app.tokens, app.clock.now_ms())
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

/// A form that somebody who is signed in has sent from one of our pages.
pub(super) struct Posted {
    pub(super) visitor: Visitor,
    pub(super) fields: Fields,
}

/// Why a form is not taken.
pub(super) enum NotTaken {
    /// Nobody is signed in.
    SignInFirst(SignInFirst),
    /// It is wrong, or came from elsewhere.
    Wrong(ApiProblem),
}

impl From<SignInFirst> for NotTaken {
    fn from(first: SignInFirst) -> Self {
        Self::SignInFirst(first)
    }
}

impl From<ApiProblem> for NotTaken {
    fn from(problem: ApiProblem) -> Self {
        Self::Wrong(problem)
    }
}

impl IntoResponse for NotTaken {
    fn into_response(self) -> Response {
        match self {
            Self::SignInFirst(first) => first.into_response(),
            Self::Wrong(problem) => problem.into_response(),
        }
    }
}

impl FromRequest<App> for Posted {
    type Rejection = NotTaken;

    async fn from_request(request: Request, app: &App) -> Result<Self, NotTaken> {
        let (parts, body) = request.into_parts();
        let visitor = Visitor::of(app, &parts)?;
        let origin = check_origin(&parts.headers, &parts.uri, &app.config.public_url());
        let request = Request::from_parts(parts, body);
        // Before its body is read: of a stranger nothing is.
        origin.map_err(|_| foreign())?;
        let fields = Fields::read(request, app).await?;
        let ours = fields.get("csrf").is_some_and(|csrf| visitor.signed_in.is_form_token(csrf));
        if !ours {
            return Err(foreign().into());
        }
        Ok(Self { visitor, fields })
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
