//! `GET /tokens`: names, roles and ends, never a value.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::{TokenRole, rfc3339};
use serde::Deserialize;

use super::super::badge::Badge;
use crate::api::ADMIN;
use crate::app::App;
use crate::auth::{Permission, role_name};
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::console::wrong::{Phrase, Wrong};
use crate::problem::ApiProblem;

#[derive(Template)]
#[template(path = "operations/tokens.html")]
struct List {
    at: Frame,
    tokens: Vec<Row>,
    done: Option<&'static str>,
    form: Form,
}

/// A token in the list.
struct Row {
    name: String,
    role: &'static str,
    created_at: String,
    used_at: Option<String>,
    ends_at: Option<String>,
    over: bool,
    /// It cannot be changed here.
    configured: bool,
}

/// The form of a new one, as it was sent.
#[derive(Default)]
pub(super) struct Form {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) days: String,
    pub(super) wrong: Option<Wrong>,
}

impl Form {
    /// What is wrong with a field.
    fn wrong_at(&self, at: &Frame, pointer: &str) -> Option<Phrase> {
        let violations = &self.wrong.as_ref()?.violations;
        let found = violations.iter().find(|it| it.pointer == pointer)?;
        Some(Phrase::violation(at, &found.message))
    }
}

impl List {
    fn wrong_at(&self, pointer: &str) -> Option<Phrase> {
        self.form.wrong_at(&self.at, pointer)
    }

    /// The roles, with what each may do.
    fn roles(&self) -> [(&'static str, &'static str); 5] {
        [
            ("viewer", "token-viewer"),
            ("operator", "token-operator"),
            ("platform", "token-platform"),
            ("metrics", "token-metrics"),
            ("admin", "token-admin"),
        ]
    }

    /// How a token stands.
    fn badge(&self, row: &Row) -> Option<Badge> {
        row.over.then_some(Badge::new("bad", "token-over"))
    }
}

/// What an earlier page says.
#[derive(Deserialize)]
pub(super) struct Asked {
    done: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Query(Asked { done }): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Administer)?;
    let done = (done.as_deref() == Some("revoked")).then_some("token-done-revoked");
    Ok(written(&app, visitor.frame, done, Form::default(), StatusCode::OK))
}

/// The same where a new token was refused.
pub(super) fn refused(app: &App, at: Frame, form: Form, problem: &ApiProblem) -> Response {
    let wrong = Some(Wrong::new(&at, problem));
    written(app, at, None, Form { wrong, ..form }, problem.status())
}

fn written(
    app: &App,
    at: Frame,
    done: Option<&'static str>,
    form: Form,
    status: StatusCode,
) -> Response {
    let now_ms = app.clock.now_ms();
    let configured = app.config.admin_token.is_some();
    let tokens = app.tokens.all().into_iter().map(|known| {
        let token = &known.token;
        Row {
            name: token.name.clone(),
            role: role_name(token.role),
            created_at: token.created_at.clone(),
            used_at: known.last_used_at_ms().map(rfc3339),
            ends_at: token.expires_at_ms.map(rfc3339),
            over: token.expired(now_ms),
            configured: configured && token.name == ADMIN && token.role == TokenRole::Admin,
        }
    });
    page(status, &List { tokens: tokens.collect(), at, done, form })
}
