//! `/v1/tokens`: who may call this API. A token's value is shown once.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_journal::{Token, TokenRole, rfc3339};
use eclusa_model::{Secret, validate_channel_id};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::body;
use crate::app::App;
use crate::auth::{Actor, new_token};
use crate::problem::{ApiProblem, Violation};

/// Names that the audit uses for what is done by no token.
const RESERVED: [&str; 4] = ["folder", "eclusa", "configuration", "demo"];

/// The token which the configuration may set.
pub(crate) const ADMIN: &str = "admin";

/// Longest time in which the value of before is let in too, in seconds: a week.
const LONGEST_OVERLAP: u32 = 7 * 24 * 60 * 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub(crate) struct NewToken {
    /// 1 to 64 characters of `a-z`, `0-9` and `-`.
    name: String,
    /// What its holder may do.
    role: TokenRole,
    /// When it ends, RFC 3339; never where not given.
    #[serde(default)]
    expires_at: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
pub(crate) struct Rotation {
    /// The value of before is let in for so many seconds more, 0 to 604,800. Default 0.
    overlap_seconds: u32,
}

#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    role: TokenRole,
    created_at: &'a str,
    expires_at: Option<String>,
    expired: bool,
    last_used_at: Option<String>,
    /// Only in the answer to its making.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

fn view<'a>(
    token: &'a Token,
    last_used_at_ms: Option<i64>,
    now_ms: i64,
    value: Option<&'a Secret>,
) -> View<'a> {
    View {
        name: &token.name,
        role: token.role,
        created_at: &token.created_at,
        expires_at: token.expires_at_ms.map(rfc3339),
        expired: token.expired(now_ms),
        last_used_at: last_used_at_ms.map(rfc3339),
        token: value.map(Secret::expose),
    }
}

/// An answer with a token in it: nothing between may keep it.
fn shown(app: &App, status: StatusCode, token: &Token, value: &Secret) -> Response {
    let now_ms = app.clock.now_ms();
    let mut response = (status, Json(view(token, None, now_ms, Some(value)))).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /v1/tokens`, by name.
pub(super) async fn list(State(app): State<App>) -> Response {
    let now_ms = app.clock.now_ms();
    let all = app.tokens.all();
    let views: Vec<_> =
        all.iter().map(|known| view(&known.token, known.last_used_at_ms(), now_ms, None)).collect();
    Json(json!({ "tokens": views })).into_response()
}

/// `POST /v1/tokens`.
pub(super) async fn create(
    State(app): State<App>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let (token, value) = make_token(&app, body::read(&request)?, &actor).await?;
    Ok(shown(&app, StatusCode::CREATED, &token, &value))
}

/// Makes a token; its value is known now and never again.
pub(crate) async fn make_token(
    app: &App,
    NewToken { name, role, expires_at }: NewToken,
    actor: &str,
) -> Result<(Token, Secret), ApiProblem> {
    let now_ms = app.clock.now_ms();
    let mut violations = Vec::new();
    if let Err(error) = validate_channel_id(&name) {
        violations.push(Violation::new("/name", error.to_string()));
    }
    if RESERVED.contains(&name.as_str()) {
        let message = "the audit uses this name for what no token does; choose another";
        violations.push(Violation::new("/name", message));
    }
    let expires_at_ms = expires_at.map(|at| end(&at, now_ms)).transpose().unwrap_or_else(|wrong| {
        violations.push(Violation::new("/expires_at", wrong));
        None
    });
    if !violations.is_empty() {
        return Err(ApiProblem::violations(violations));
    }
    let value = new_token();
    let token = Token {
        name,
        hash: [0; 32],
        role,
        created_at: app.now(),
        expires_at_ms,
        last_used_at_ms: None,
    };
    app.tokens.create(token.clone(), &value, actor, now_ms).await?;
    Ok((token, value))
}

/// `POST /v1/tokens/{name}/rotate`: another value; the old one ends at once, or after
/// the overlap.
pub(super) async fn rotate(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let rotation = if request.is_empty() { Rotation::default() } else { body::read(&request)? };
    let (token, value) = rotate_token(&app, &name, rotation, &actor).await?;
    Ok(shown(&app, StatusCode::OK, &token, &value))
}

/// Gives a token another value, which is known now and never again.
pub(crate) async fn rotate_token(
    app: &App,
    name: &str,
    Rotation { overlap_seconds }: Rotation,
    actor: &str,
) -> Result<(Token, Secret), ApiProblem> {
    if overlap_seconds > LONGEST_OVERLAP {
        let message = format!("expected 0 to {LONGEST_OVERLAP}");
        return Err(ApiProblem::violations(vec![Violation::new("/overlap_seconds", message)]));
    }
    not_configured(app, name)?;
    let value = new_token();
    let now = (app.now(), app.clock.now_ms());
    let overlap_ms = i64::from(overlap_seconds) * 1000;
    let token = app.tokens.rotate(name, &value, actor, now, overlap_ms).await?;
    Ok((token, value))
}

/// `DELETE /v1/tokens/{name}`: it ends at once.
pub(super) async fn revoke(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
) -> Result<StatusCode, ApiProblem> {
    revoke_token(&app, &name, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a token at once.
pub(crate) async fn revoke_token(app: &App, name: &str, actor: &str) -> Result<(), ApiProblem> {
    not_configured(app, name)?;
    app.tokens.revoke(name, actor, app.clock.now_ms()).await
}

/// What the configuration sets would come back with the next start.
fn not_configured(app: &App, name: &str) -> Result<(), ApiProblem> {
    if name != ADMIN || app.config.admin_token.is_none() {
        return Ok(());
    }
    Err(ApiProblem::new(
        StatusCode::CONFLICT,
        "token_configured",
        "the configuration sets this token (`admin_token`), at each start again",
    )
    .action("Change ECLUSA_ADMIN_TOKEN, or take it away, and start again."))
}

fn end(text: &str, now_ms: i64) -> Result<i64, &'static str> {
    let end = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "expected a time in RFC 3339, e.g. 2027-01-31T00:00:00Z")?;
    let end_ms = i64::try_from(end.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
    if end_ms <= now_ms { Err("this time is over; choose one to come") } else { Ok(end_ms) }
}
