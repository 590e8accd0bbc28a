//! `/v1/channels/{id}/ingress-key`: another ingress URL.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_journal::{ChannelChange, TokenRole};
use eclusa_model::{Channel, PreviousIngress};
use serde::Deserialize;

use super::body;
use super::channels::{check_precondition, find, new_ingress_key, shown};
use crate::app::App;
use crate::auth::Actor;
use crate::problem::{ApiProblem, Violation};

/// A day, in seconds: time to tell the chat of it.
const DEFAULT_OVERLAP: u32 = 24 * 60 * 60;

/// 30 days, in seconds.
const LONGEST_OVERLAP: u32 = 30 * DEFAULT_OVERLAP;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
struct Rotation {
    /// So long the old URL is accepted too, in seconds: 0 to 30 days; default a day.
    overlap_seconds: u32,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { overlap_seconds: DEFAULT_OVERLAP }
    }
}

/// `POST /v1/channels/{id}/ingress-key`: a new key. The old one goes on for a time,
/// and what was before that one ends at once.
pub(super) async fn rotate(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    Extension(role): Extension<TokenRole>,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let Rotation { overlap_seconds } = match request.is_empty() {
        true => Rotation::default(),
        false => body::read(&request)?,
    };
    let before = find(&app, &id)?;
    check_precondition(&headers, Some(&before))?;
    let channel = rotate_key(&app, &before, overlap_seconds, &actor).await?;
    Ok(shown(&app, &channel, role, StatusCode::OK))
}

/// Gives a channel, as it is now, another key; the one before goes on for so long.
pub(crate) async fn rotate_key(
    app: &App,
    before: &Channel,
    overlap_seconds: u32,
    actor: &str,
) -> Result<Channel, ApiProblem> {
    if overlap_seconds > LONGEST_OVERLAP {
        let message = format!("expected 0 to {LONGEST_OVERLAP} seconds");
        return Err(ApiProblem::violations(vec![Violation::new("/overlap_seconds", message)]));
    }
    let until_ms = app.clock.now_ms().saturating_add(i64::from(overlap_seconds) * 1000);
    let channel = Channel {
        ingress_key: new_ingress_key(),
        previous_ingress: (overlap_seconds > 0)
            .then(|| PreviousIngress { key: before.ingress_key.clone(), until_ms }),
        revision: before.revision + 1,
        updated_at: app.now(),
        ..before.clone()
    };
    let detail = match overlap_seconds {
        0 => "another ingress URL; the old one has ended".to_owned(),
        seconds => format!("another ingress URL; the old one is accepted for {seconds} s"),
    };
    let id = &before.profile.id;
    let audit = app.audit(actor, AuditAction::Rotated, SubjectKind::Channel, id, detail);
    let change =
        ChannelChange::Put { channel: Box::new(channel.clone()), expected: before.revision };
    app.channels.change(change, audit).await?;
    Ok(channel)
}
