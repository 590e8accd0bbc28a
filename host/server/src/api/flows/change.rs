//! `POST /v1/flows`, `PUT` and `DELETE /v1/flows/{id}`.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use eclusa_flow::FlowDocument;
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_journal::{FlowRecord, JournalError};

use super::checked;
use super::read::{find, shown};
use crate::api::body;
use crate::api::channels::check_revision;
use crate::app::App;
use crate::auth::Actor;
use crate::problem::{ApiProblem, Violation};

/// Creates one.
pub(in crate::api) async fn post(
    State(app): State<App>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let flow = save(&app, body::read(&request)?, None, &actor).await?;
    Ok(shown(&app, &flow, StatusCode::CREATED))
}

/// Creates one, or replaces it as a whole.
pub(in crate::api) async fn put(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let document: FlowDocument = body::read(&request)?;
    if document.id != id {
        let message = format!("the URL names `{id}`; an id never changes");
        return Err(ApiProblem::violations(vec![Violation::new("/id", message)]));
    }
    let before = app.flows.flow(id).await?;
    check_revision(&headers, before.as_ref().map(|before| before.revision), "flow")?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let flow = save(&app, document, before.as_ref(), &actor).await?;
    Ok(shown(&app, &flow, status))
}

/// Deletes one that Eclusa runs on no channel.
pub(in crate::api) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    let flow = find(&app, &id).await?;
    check_revision(&headers, Some(flow.revision), "flow")?;
    remove(&app, &flow, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a flow that Eclusa runs on no channel, and records who did it.
pub(crate) async fn remove(app: &App, flow: &FlowRecord, actor: &str) -> Result<(), ApiProblem> {
    let id = flow.document.id.clone();
    let audit = app.audit(actor, AuditAction::Deleted, SubjectKind::Flow, &id, "");
    Ok(app.flows.delete_flow(id, flow.revision, audit).await?)
}

/// Checks a flow and records it, and who did it.
pub(crate) async fn save(
    app: &App,
    document: FlowDocument,
    before: Option<&FlowRecord>,
    actor: &str,
) -> Result<FlowRecord, ApiProblem> {
    let flow = checked(document, "")?;
    let id = flow.document().id.clone();
    let (action, detail) = match before {
        None => (AuditAction::Created, String::new()),
        Some(before) => (AuditAction::Changed, format!("was at revision {}", before.revision)),
    };
    let audit = app.audit(actor, action, SubjectKind::Flow, &id, detail);
    let expected = before.map_or(0, |before| before.revision);
    app.flows.put_flow(flow, expected, audit).await.map_err(|error| match error {
        JournalError::RevisionConflict { .. } if before.is_none() => {
            let detail = format!("there is a flow `{id}` already");
            ApiProblem::new(StatusCode::CONFLICT, "flow_exists", detail)
                .action(format!("Choose another id, or change it by PUT /v1/flows/{id}."))
        }
        error => error.into(),
    })
}
