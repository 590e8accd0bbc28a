//! `/v1/secrets`: the key that encrypts secrets on the disk.

use axum::extract::State;
use axum::{Extension, Json};
use eclusa_journal::KeyRotation;
use eclusa_journal::registry::{AuditAction, SubjectKind};

use crate::app::App;
use crate::auth::Actor;
use crate::problem::ApiProblem;

/// `POST /v1/secrets/rotate`: all secrets under the newest key.
pub(super) async fn rotate(
    State(app): State<App>,
    Extension(Actor(actor)): Extension<Actor>,
) -> Result<Json<KeyRotation>, ApiProblem> {
    let detail = "all secrets are under the newest key";
    let audit = app.audit(&actor, AuditAction::Rotated, SubjectKind::Key, "secrets", detail);
    Ok(Json(app.journal.rotate_keys(audit).await?))
}
