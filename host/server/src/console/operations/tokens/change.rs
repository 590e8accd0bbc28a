//! Tokens are made, get another value, and end.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::{Token, rfc3339};
use eclusa_model::Secret;
use serde_json::json;

use super::list::{self, Form};
use crate::api::{make_token, read_json, revoke_token, rotate_token};
use crate::app::App;
use crate::auth::{Permission, role_name};
use crate::console::frame::Frame;
use crate::console::html::{go_to, page};
use crate::console::posted::Fields;
use crate::console::visitor::{Posted, Visitor};
use crate::problem::{ApiProblem, Violation};

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Shown once: an answer to a form, which no redirect may carry.
#[derive(Template)]
#[template(path = "operations/token_shown.html")]
struct Shown {
    at: Frame,
    name: String,
    role: &'static str,
    value: String,
    rotated: bool,
}

fn shown(at: Frame, token: Token, value: &Secret, rotated: bool) -> Response {
    let value = value.expose().to_owned();
    page(
        StatusCode::OK,
        &Shown { at, role: role_name(token.role), name: token.name, value, rotated },
    )
}

/// `POST /tokens`.
pub(super) async fn create(State(app): State<App>, posted: Posted) -> Result<Response, ApiProblem> {
    posted.visitor.actor(Permission::Administer)?;
    match made(&app, &posted).await {
        Ok((token, value)) => Ok(shown(posted.visitor.frame, token, &value, false)),
        Err(problem) if problem.status().is_client_error() => {
            let value = |name| posted.fields.get(name).unwrap_or_default().to_owned();
            let (name, role, days) = (value("/name"), value("/role"), value("/days"));
            let form = Form { name, role, days, wrong: None };
            let problem = match problem.code() {
                "token_exists" => problem.at("/name"),
                _ => problem,
            };
            Ok(list::refused(&app, posted.visitor.frame, form, &problem))
        }
        Err(problem) => Err(problem),
    }
}

async fn made(app: &App, posted: &Posted) -> Result<(Token, Secret), ApiProblem> {
    let actor = posted.visitor.actor(Permission::Administer)?;
    let fields = &posted.fields;
    let expires_at = end(app, fields)?;
    let input = json!({
        "name": fields.given("/name").unwrap_or_default(),
        "role": fields.given("/role").unwrap_or_default(),
        "expires_at": expires_at,
    });
    make_token(app, read_json(&input.to_string().into())?, actor).await
}

/// When it ends, by the days that a form gives.
fn end(app: &App, fields: &Fields) -> Result<Option<String>, ApiProblem> {
    let Some(days) = fields.given("/days") else { return Ok(None) };
    let days = days.parse().ok().filter(|days| (1..=36_500).contains(days));
    let days: i64 = days.ok_or_else(|| {
        let message = "expected 1 to 36500 days";
        ApiProblem::violations(vec![Violation::new("/days", message)])
    })?;
    Ok(Some(rfc3339(app.clock.now_ms().saturating_add(days * DAY_MS))))
}

/// `POST /tokens/{name}/rotate`.
pub(super) async fn rotate(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Administer)?;
    let overlap = posted.fields.given("/overlap_seconds").unwrap_or("0");
    let overlap = overlap.parse::<u32>().map_err(|_| {
        ApiProblem::violations(vec![Violation::new("/overlap_seconds", "expected seconds")])
    })?;
    let rotation = read_json(&json!({ "overlap_seconds": overlap }).to_string().into())?;
    let (token, value) = rotate_token(&app, &name, rotation, actor).await?;
    Ok(shown(posted.visitor.frame, token, &value, true))
}

#[derive(Template)]
#[template(path = "operations/token_revoke.html")]
struct Ask {
    at: Frame,
    name: String,
    role: &'static str,
}

/// `GET /tokens/{name}/revoke`: asked for once more, since it cannot be undone.
pub(super) async fn ask(
    State(app): State<App>,
    Path(name): Path<String>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Administer)?;
    let known = app.tokens.named(&name).ok_or_else(|| ApiProblem::not_found("token", &name))?;
    let role = role_name(known.token.role);
    Ok(page(StatusCode::OK, &Ask { at: visitor.frame, name, role }))
}

/// `POST /tokens/{name}/revoke`.
pub(super) async fn revoke(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Administer)?;
    revoke_token(&app, &name, actor).await?;
    Ok(go_to("/tokens?done=revoked"))
}
