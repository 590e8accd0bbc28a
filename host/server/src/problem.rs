//! Problem documents (RFC 9457): what callers of the API get when something is
//! wrong.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use eclusa_deploy::DeployError;
use eclusa_journal::JournalError;
use eclusa_model::Problem;
use serde::Serialize;
use ulid::Ulid;

use crate::access_log::{LogLine, LoggedChannel, Told};
use crate::console::Page;
use crate::incoming::BODY_LATE;

/// The header that carries the id under which a request is found in the log.
pub(crate) const CORRELATION_HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// What is wrong with a request, or with the server.
#[derive(Debug, Clone)]
pub(crate) struct ApiProblem {
    status: StatusCode,
    code: String,
    detail: String,
    action: Option<String>,
    retryable: bool,
    violations: Vec<Violation>,
    retry_after: Option<u64>,
    bearer: bool,
    /// Each is counted, and the log tells of many at once.
    counted: bool,
}

/// One thing that is wrong in the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Violation {
    /// JSON pointer to the field at fault.
    pub(crate) pointer: String,
    /// What is wrong and what was expected.
    pub(crate) message: String,
    /// Of a flow: the stable code of what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'static str>,
    /// Of a flow: what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) action: Option<String>,
}

impl Violation {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into(), code: None, action: None }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'a str>,
    retryable: bool,
    correlation_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'a [Violation],
}

impl ApiProblem {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            action: None,
            retryable: false,
            violations: Vec::new(),
            retry_after: None,
            bearer: false,
            counted: false,
        }
    }

    /// 401 to a caller who needs a bearer token.
    pub(crate) fn unauthorized(code: &str, detail: &str) -> Self {
        Self { bearer: true, ..Self::new(StatusCode::UNAUTHORIZED, code, detail) }
    }

    /// 404 for a thing with an id.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            format!("{}_not_found", what.replace(' ', "_")),
            format!("there is no {what} `{id}`"),
        )
        .action("Check the id in the URL.")
    }

    /// 422 for input that is sound JSON but wrong.
    pub(crate) fn violations(violations: Vec<Violation>) -> Self {
        let detail = match violations.as_slice() {
            [one] if one.pointer.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.pointer, one.message),
            many => format!("{} fields are wrong", many.len()),
        };
        Self { violations, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", detail) }
            .action("Correct the fields under `violations`.")
    }

    /// 503: the same request may succeed after so many seconds.
    pub(crate) fn unavailable(
        code: impl Into<String>,
        detail: impl Into<String>,
        retry_after: u64,
    ) -> Self {
        Self {
            retryable: true,
            retry_after: Some(retry_after.max(1)),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
        }
        .action("Send the same request again after the time in Retry-After.")
    }

    /// The same request may succeed later.
    pub(crate) fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// It is counted, and told of elsewhere: the log has no line for each.
    pub(crate) fn counted(mut self) -> Self {
        self.counted = true;
        self
    }

    /// What to do.
    pub(crate) fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// A problem that an adapter stated.
    pub(crate) fn from_adapter(status: StatusCode, problem: &Problem) -> Self {
        let mut api = Self::new(status, problem.code.clone(), problem.message.clone());
        api.action = Some(problem.action.clone().unwrap_or_else(|| {
            "Correct what `detail` names, and send the request again.".to_owned()
        }));
        api.retryable = problem.retryable;
        if let Some(pointer) = &problem.pointer {
            api.violations.push(Violation::new(pointer.clone(), problem.message.clone()));
        }
        api
    }

    /// What to do; empty where nothing is known.
    pub(crate) fn what_to_do(&self) -> &str {
        self.action.as_deref().unwrap_or_default()
    }

    /// What programs tell it by.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// The status of an answer that tells it.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether the same request may succeed later.
    pub(crate) fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// When to try again, in seconds.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// What is wrong in the input, field by field.
    pub(crate) fn wrong_fields(&self) -> &[Violation] {
        &self.violations
    }

    /// Names the field of the input that it is about.
    pub(crate) fn at(mut self, pointer: &str) -> Self {
        self.violations.push(Violation::new(pointer, self.detail.clone()));
        self
    }

    /// What is wrong.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What the log tells of it.
    fn told(&self) -> Told<'_> {
        Told {
            code: &self.code,
            detail: &self.detail,
            warns: self.status.is_server_error() && !self.counted,
        }
    }

    fn render(&self, correlation_id: &str) -> Response {
        let document = Document {
            r#type: format!("urn:eclusa:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            code: &self.code,
            detail: &self.detail,
            action: self.action.as_deref(),
            retryable: self.retryable,
            correlation_id,
            violations: &self.violations,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.bearer {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for ApiProblem {
    /// The document is written by [`correlate`], which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<JournalError> for ApiProblem {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::Busy { retry_after } => {
                Self::unavailable("busy", error.to_string(), retry_after.as_secs())
            }
            JournalError::DiskFull { .. } => Self::unavailable("disk_full", error.to_string(), 10)
                .action(
                    "Make room on the disk of the data folder; send the same request again after \
                     the time in Retry-After.",
                ),
            JournalError::UnknownConversation { .. } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "conversation_unknown",
                error.to_string(),
            )
            .action("Check the id; to write first, where the chat allows it, add `?start=true`."),
            JournalError::IdempotencyConflict => {
                Self::new(StatusCode::CONFLICT, "idempotency_conflict", error.to_string())
                    .action("Use a new Idempotency-Key for each new request.")
            }
            JournalError::RevisionConflict { .. } => {
                Self::new(StatusCode::PRECONDITION_FAILED, "revision_conflict", error.to_string())
                    .action("Read it again and repeat the change on what it is now.")
            }
            JournalError::ChannelRetired { .. } => {
                Self::new(StatusCode::CONFLICT, "channel_id_retired", error.to_string())
                    .action("Choose another id.")
            }
            JournalError::Keys(_) => {
                tracing::error!(%error, "the keys of secrets");
                Self::new(StatusCode::CONFLICT, "secret_keys", error.to_string())
                    .action("Correct the keys that the detail names, and do this again.")
            }
            JournalError::TokenExists { .. } => {
                Self::new(StatusCode::CONFLICT, "token_exists", error.to_string())
                    .action("Choose another name, or rotate that one.")
            }
            JournalError::TokenUnknown { name } => Self::not_found("token", name),
            JournalError::NotUnmapped { .. } => {
                Self::new(StatusCode::CONFLICT, "request_mapped", error.to_string())
                    .action("See GET /v1/requests/unmapped for those that are not mapped.")
            }
            JournalError::Corrupt { .. } => {
                tracing::error!(%error, "the journal is damaged");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "data_damaged", error.to_string())
                    .action(
                        "Restore a backup. What is not damaged can be read on: a list goes on \
                         behind the row that `detail` names.",
                    )
            }
            JournalError::Storage(_) | JournalError::Damaged(_) => {
                tracing::error!(%error, "the journal failed");
                Self::unavailable("storage_failed", "the journal takes no writes", 5)
            }
            JournalError::FlowUnknown { id } => Self::not_found("flow", id),
            JournalError::FlowInUse { .. } => {
                Self::new(StatusCode::CONFLICT, "flow_in_use", error.to_string())
                    .action("Give the channel another flow, or none, then delete this one.")
            }
            JournalError::AttendanceUnknown { id } => Self::not_found("attendance", id),
            JournalError::AttendanceRefused(refusal) => {
                Self::new(StatusCode::CONFLICT, refusal.code(), error.to_string())
                    .action("Read it again: GET /v1/attendances/{id} has its state.")
            }
            JournalError::CursorExpired { .. } => {
                Self::new(StatusCode::GONE, "cursor_expired", error.to_string()).action(
                    "Leave `after` out to go on from the oldest event there is; what was removed \
                     was older than `retention` keeps.",
                )
            }
            JournalError::Cursor { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_cursor", error.to_string())
                    .action("Use `next` of an earlier answer, or leave it out.")
            }
        }
    }
}

impl From<DeployError> for ApiProblem {
    fn from(error: DeployError) -> Self {
        let detail = error.to_string();
        match error {
            DeployError::Name(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_name", detail)
                    .action("Choose another name; channels name their adapter by it.")
            }
            DeployError::Unknown { kind, name } => Self::not_found(kind, &name),
            DeployError::Ambiguous { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "revision_ambiguous", detail)
                    .action("Give more digits.")
            }
            DeployError::State { code, action, .. } => {
                Self::new(StatusCode::CONFLICT, code, detail).action(action)
            }
            DeployError::Requirements { missing, .. } => Self {
                violations: missing
                    .into_iter()
                    .map(|(pointer, message)| Violation::new(pointer, message))
                    .collect(),
                ..Self::new(StatusCode::CONFLICT, "requirements_missing", detail)
            }
            .action("Give the channel what `violations` name, then do this again."),
            DeployError::Policy(wrong) => Self::violations(
                wrong.into_iter().map(|(pointer, why)| Violation::new(pointer, why)).collect(),
            ),
            DeployError::Load(error) => {
                Self::new(StatusCode::CONFLICT, error.code, detail).action(error.action.clone())
            }
            DeployError::Busy(_) => Self::unavailable("busy", detail, 1),
            DeployError::Stopping => Self::unavailable("stopping", detail, 5),
            DeployError::Journal(error) => error.into(),
        }
    }
}

/// The id under which a request is found in the log, for who shows it.
#[derive(Debug, Clone)]
pub(crate) struct CorrelationId(pub(crate) String);

/// Gives each request an id, or takes the caller's, and writes problem documents
/// with it.
pub(crate) async fn correlate(mut request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(&CORRELATION_HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()))
        .map(str::to_owned)
        .or_else(eclusa_relay::trace::trace_id)
        .unwrap_or_else(|| Ulid::new().to_string());
    let line = LogLine::begin(&request);
    request.extensions_mut().insert(CorrelationId(id.clone()));
    let mut response = next.run(request).await;
    let channel = response.extensions_mut().remove::<LoggedChannel>();
    let mut problem = response.extensions_mut().remove::<ApiProblem>();
    if problem.is_none() && is_plain_refusal(&response) {
        let (parts, body) = response.into_parts();
        problem = Some(from_plain(parts.status, body).await);
        response = Response::from_parts(parts, Body::empty());
    }
    if let Some(problem) = problem {
        line.refused(problem.told(), channel.as_ref(), &id);
        // A page tells it already.
        if response.extensions().get::<Page>().is_none() {
            let headers = std::mem::take(response.headers_mut());
            response = problem.render(&id);
            for (name, value) in headers.iter().filter(|(name, _)| **name == header::ALLOW) {
                response.headers_mut().insert(name.clone(), value.clone());
            }
        }
    }
    line.answered(response.status(), channel.as_ref(), &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(CORRELATION_HEADER, value);
    }
    response
}

/// Marks a response whose status and body a guest has chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuestReply;

/// A refusal by the framework itself, e.g. of a path that is not UTF-8.
fn is_plain_refusal(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && response.extensions().get::<GuestReply>().is_none()
        && response.extensions().get::<Page>().is_none()
}

async fn from_plain(status: StatusCode, body: Body) -> ApiProblem {
    let text = axum::body::to_bytes(body, 1024).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    // The framework calls a body that was too slow a bad request.
    let (status, code) = match status {
        _ if text.ends_with(BODY_LATE) => (StatusCode::REQUEST_TIMEOUT, "body_timeout"),
        StatusCode::PAYLOAD_TOO_LARGE => (status, "body_too_large"),
        status if status.is_server_error() => (status, "internal"),
        _ => (status, "bad_request"),
    };
    ApiProblem::new(status, code, text).action("See /openapi.json for what this call takes.")
}
