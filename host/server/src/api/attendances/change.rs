//! `POST /v1/attendances/{id}/queue|assign|transfer|close`.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_journal::registry::{AuditAction, SubjectKind};
use eclusa_journal::{AttendanceChange, AttendanceChanged, AttendanceStep, Idempotency};
use eclusa_relay::trace;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::api::body;
use crate::api::idempotency::{self, REPLAYED};
use crate::app::App;
use crate::auth::Actor;
use crate::problem::{ApiProblem, Violation};

/// Longest name of a queue or an agent, in bytes.
const LONGEST_NAME: usize = 200;

/// Longest reason, in bytes.
const LONGEST_REASON: usize = 1000;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
struct QueueBody {
    queue: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
struct AssignBody {
    agent: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
struct TransferBody {
    queue: Option<String>,
    agent: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
struct CloseBody {
    reason: Option<String>,
}

/// Who changes which attendance.
pub(crate) struct Call {
    /// The attendance's id or its protocol number.
    pub(crate) id: String,
    /// The name of their token.
    pub(crate) actor: String,
    /// Makes a repeated call return the first answer.
    pub(crate) idempotency: Option<Idempotency>,
}

impl Call {
    fn new(
        id: String,
        actor: String,
        (uri, headers, request): (&Uri, &HeaderMap, &Bytes),
    ) -> Result<Self, ApiProblem> {
        let idempotency = idempotency::read(actor.clone(), headers, uri, request)?;
        Ok(Self { id, actor, idempotency })
    }
}

/// It waits for an agent.
pub(in crate::api) async fn queue(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    uri: Uri,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let call = Call::new(id, actor, (&uri, &headers, &request))?;
    let QueueBody { queue, reason } = or_default(&request)?;
    answered(change(&app, call, AttendanceStep::Queue { queue }, reason).await?)
}

/// An agent takes it.
pub(in crate::api) async fn assign(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    uri: Uri,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let call = Call::new(id, actor, (&uri, &headers, &request))?;
    let AssignBody { agent, reason } = body::read(&request)?;
    answered(change(&app, call, AttendanceStep::Assign { agent }, reason).await?)
}

/// It is handed to another queue or agent.
pub(in crate::api) async fn transfer(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    uri: Uri,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let call = Call::new(id, actor, (&uri, &headers, &request))?;
    let TransferBody { queue, agent, reason } = body::read(&request)?;
    answered(change(&app, call, AttendanceStep::Transfer { queue, agent }, reason).await?)
}

/// It is over.
pub(in crate::api) async fn close(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    uri: Uri,
    headers: HeaderMap,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let call = Call::new(id, actor, (&uri, &headers, &request))?;
    let CloseBody { reason } = or_default(&request)?;
    answered(change(&app, call, AttendanceStep::Close, reason).await?)
}

/// Reads a body that may be left out.
fn or_default<T: DeserializeOwned + Default>(request: &Bytes) -> Result<T, ApiProblem> {
    if request.is_empty() { Ok(T::default()) } else { body::read(request) }
}

fn answered(changed: AttendanceChanged) -> Result<Response, ApiProblem> {
    let mut response = Json(changed.attendance).into_response();
    if changed.replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Refuses a step that names nobody, or nobody's name.
fn check(step: &AttendanceStep, reason: Option<&str>) -> Result<(), ApiProblem> {
    let (queue, agent) = match step {
        AttendanceStep::Queue { queue } => (queue.as_deref(), None),
        AttendanceStep::Assign { agent } => (None, Some(agent.as_str())),
        AttendanceStep::Transfer { queue: None, agent: None } => {
            let hint = "expected `queue` or `agent`, or both: to whom it is transferred";
            return Err(ApiProblem::violations(vec![Violation::new("/queue", hint)]));
        }
        AttendanceStep::Transfer { queue, agent } => (queue.as_deref(), agent.as_deref()),
        AttendanceStep::Close => (None, None),
    };
    let names = [("/queue", queue), ("/agent", agent)];
    let is_text = |text: &str, longest| {
        (1..=longest).contains(&text.len())
            && text.trim() == text
            && !text.chars().any(|it| it.is_control() && it != '\n')
    };
    let given = names.iter().filter_map(|(pointer, name)| Some((*pointer, (*name)?)));
    let mut violations: Vec<_> = given
        .filter(|(_, name)| !is_text(name, LONGEST_NAME) || name.contains('\n'))
        .map(|(pointer, _)| {
            let hint = format!(
                "expected a name of 1 to {LONGEST_NAME} bytes without spaces around it and \
                 control characters"
            );
            Violation::new(pointer, hint)
        })
        .collect();
    if reason.is_some_and(|reason| !is_text(reason, LONGEST_REASON)) {
        let hint = format!("expected why, in 1 to {LONGEST_REASON} bytes without spaces around it");
        violations.push(Violation::new("/reason", hint));
    }
    if violations.is_empty() { Ok(()) } else { Err(ApiProblem::violations(violations)) }
}

/// Makes a change, with its event and its entry in the audit.
pub(crate) async fn change(
    app: &App,
    call: Call,
    step: AttendanceStep,
    reason: Option<String>,
) -> Result<AttendanceChanged, ApiProblem> {
    check(&step, reason.as_deref())?;
    let Call { id, actor, idempotency } = call;
    let found = app.attendances.attendance(id.clone()).await?;
    let before = found.ok_or_else(|| ApiProblem::not_found("attendance", &id))?;
    let (action, what) = match &step {
        AttendanceStep::Queue { queue: None } => (AuditAction::Queued, "waits".to_owned()),
        AttendanceStep::Queue { queue: Some(queue) } => {
            (AuditAction::Queued, format!("waits in queue `{queue}`"))
        }
        AttendanceStep::Assign { agent } => {
            (AuditAction::Assigned, format!("was taken by `{agent}`"))
        }
        AttendanceStep::Transfer { queue, agent } => {
            let queue = queue.as_ref().map(|queue| format!(" to queue `{queue}`"));
            let agent = agent.as_ref().map(|agent| format!(" to `{agent}`"));
            let to = queue.unwrap_or_default() + &agent.unwrap_or_default();
            (AuditAction::Transferred, format!("was transferred{to}"))
        }
        AttendanceStep::Close => (AuditAction::Closed, "was closed".to_owned()),
    };
    let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let protocol = before.protocol.to_string();
    let mut audit =
        app.audit(&actor, action, SubjectKind::Attendance, &protocol, format!("{what}{why}"));
    audit.channel = Some(before.channel);
    let changed = app
        .attendances
        .change_attendance(AttendanceChange {
            id: before.id,
            step,
            by: actor,
            reason,
            idempotency,
            push: app.config.platform.is_some(),
            traceparent: trace::traceparent(),
            audit,
        })
        .await?;
    Ok(changed)
}
