//! Where chats come in: `ANY /in/{key}`.

use std::sync::Arc;

use axum::extract::{Path, Request as HttpRequest, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_deploy::live::reference;
use eclusa_engine::{CallError, CallReport, LogLevel, Revision};
use eclusa_journal::{Accept, Accepted, Mapping, RawRequest};
use eclusa_model::{
    HttpResponse, Manifest, OnInvalid, Problem, ProblemKind, Received, Request, Warning,
};
use eclusa_relay::{
    SignedRequest, Verified, VerifyError, answer_signed, answer_unsigned, redact, trace,
};
use fail::fail_point;
use metrics::counter;
use serde::Serialize;
use tracing::{Instrument as _, trace_span};

use crate::access_log::LoggedChannel;
use crate::app::App;
use crate::channels::ActiveChannel;
use crate::depth::json_depth;
use crate::echo;
use crate::incoming::{Origin, read_body};
use crate::problem::{ApiProblem, GuestReply};

/// The header of the answer that names the recorded request.
const REQUEST_ID: HeaderName = HeaderName::from_static("eclusa-request-id");

/// Headers that hold credentials of some scheme; they are neither stored nor
/// shown to an adapter.
const CREDENTIALS: [HeaderName; 3] =
    [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];

/// What the chat is told.
#[derive(Serialize)]
struct Answer<'a> {
    /// The messages of the request, the same again for a repeated request.
    messages: Vec<AnswerMessage<'a>>,
    /// What was left out, and why.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [Warning],
    /// Why nothing was mapped; the request is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a Problem>,
}

#[derive(Serialize)]
struct AnswerMessage<'a> {
    id: &'a str,
    external_id: &'a str,
}

/// A chat's request to the root of its ingress URL.
pub(crate) async fn at_root(
    State(app): State<App>,
    Path(key): Path<String>,
    Extension(origin): Extension<Origin>,
    request: HttpRequest,
) -> Result<Response, ApiProblem> {
    answered(&app, &key, String::new(), origin, request).await
}

/// A chat's request below its ingress URL.
pub(crate) async fn below(
    State(app): State<App>,
    Path((key, rest)): Path<(String, String)>,
    Extension(origin): Extension<Origin>,
    request: HttpRequest,
) -> Result<Response, ApiProblem> {
    answered(&app, &key, format!("/{rest}"), origin, request).await
}

/// Answers a request to whichever channel has this key; the log names the
/// channel, and never the key.
async fn answered(
    app: &App,
    key: &str,
    path: String,
    origin: Origin,
    request: HttpRequest,
) -> Result<Response, ApiProblem> {
    let active = app.channels.by_key(key).ok_or_else(|| {
        ApiProblem::new(StatusCode::NOT_FOUND, "channel_unknown", "no channel has this ingress URL")
            .action("Copy the channel's `ingress_url` again; it may have been changed.")
    })?;
    let channel = LoggedChannel(Arc::clone(&active.channel));
    let mut response = receive(app, &active, path, origin, request).await.into_response();
    if response.status().as_u16() >= 400 || tracing::enabled!(tracing::Level::DEBUG) {
        response.extensions_mut().insert(channel);
    }
    Ok(response)
}

async fn receive(
    app: &App,
    active: &ActiveChannel,
    path: String,
    origin: Origin,
    request: HttpRequest,
) -> Result<Response, ApiProblem> {
    let channel = &active.channel;
    let profile = &channel.profile;
    let route = app.route(channel).ok_or_else(|| {
        ApiProblem::unavailable(
            "adapter_missing",
            format!("the adapter `{}` of this channel is not loaded", profile.adapter),
            60,
        )
    })?;
    let manifest = route.revision().manifest();
    let (parts, body) = request.into_parts();
    let method = parts.method.as_str().to_ascii_uppercase();
    // It holds its room until the request is recorded.
    let mut admitted = app.admission.enter(channel, origin, &parts.headers)?;
    let limits = &app.config.limits;
    let limit = profile.limits.body_bytes.map_or(limits.body_bytes, |own| {
        // The operator may have lowered it since.
        own.min(limits.channel_body_bytes)
    });
    let bytes = read_body(body, limit, &mut admitted).await?;
    fail_point!("ingress.read");
    let signed = SignedRequest {
        method: &method,
        public_url: &app.config.public_url(),
        uri: &parts.uri,
        headers: &parts.headers,
        body: &bytes,
        now_ms: app.clock.now_ms(),
    };
    tracing::Span::current().record("eclusa.channel.id", profile.id.as_str());
    let refused = |error: VerifyError| not_believed(&profile.id, &error);
    if let Some(answer) = answer_unsigned(manifest, channel, &signed) {
        return answer.map(reply_response).map_err(refused);
    }
    let verifying = app.verifier.verify(manifest, channel, &signed);
    let span = trace_span!(target: trace::TARGET, "verify");
    let verified = verifying.instrument(span).await.map_err(refused)?;
    if let Some(answer) = answer_signed(manifest, &signed) {
        return answer.map(reply_response).map_err(refused);
    }
    let body = decode(bytes, app.config.limits.json_depth)?;
    let mut request = Request {
        method,
        path,
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        headers: visible_headers(&parts.headers),
        body,
        received_at: app.now(),
    };
    let upcoming = app.deployer.routes().upcoming(&profile.adapter);
    let readers = route.revisions().chain(&upcoming);
    redact(&mut request, readers.map(|revision| revision.manifest()));
    let span = trace_span!(
        target: trace::TARGET,
        "guest receive",
        eclusa.adapter.name = profile.adapter
    );
    let answered = route.receive(&active.context, &request).instrument(span).await;
    let revision = answered.revision;
    let mapped = match answered.result {
        Ok(called) => {
            log_guest(&called.report, &profile.id, &revision);
            called.value
        }
        Err(error) if error.retryable => {
            return Err(ApiProblem::unavailable(error.code, error.to_string(), 1));
        }
        Err(error) => {
            log_guest(&error.report, &profile.id, &revision);
            tracing::warn!(channel = profile.id, code = error.code, "{error}");
            Err(trapped(&error))
        }
    };
    if verified == Verified::Unsigned {
        // Nothing of it is kept: another revision might read events from it later.
        let reply = mapped.ok().filter(|received| received.events.is_empty());
        let reply = reply.and_then(|received| received.reply);
        return reply.map(reply_response).ok_or_else(|| unsigned_events(manifest));
    }
    match mapped {
        Ok(received) => record_mapped(app, &profile.id, &revision, request, received).await,
        Err(problem) => record_unmapped(app, &profile.id, &revision, request, problem).await,
    }
}

/// What the guest logged, under its channel's and its own name.
fn log_guest(report: &CallReport, channel: &str, revision: &Revision) {
    let adapter = revision.name();
    for line in &report.log {
        let text = &line.text;
        match line.level {
            LogLevel::Debug => tracing::debug!(channel, adapter, "{text}"),
            LogLevel::Info => tracing::info!(channel, adapter, "{text}"),
            LogLevel::Warn => tracing::warn!(channel, adapter, "{text}"),
            LogLevel::Error => tracing::error!(channel, adapter, "{text}"),
        }
    }
}

fn decode(bytes: bytes::Bytes, depth_limit: usize) -> Result<String, ApiProblem> {
    let body = String::from_utf8(bytes.into()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ApiProblem::new(
            StatusCode::BAD_REQUEST,
            "body_not_utf8",
            format!("the body is not UTF-8: byte {at} begins no character"),
        )
        .action("Send text in UTF-8; send files by URL or handle.")
    })?;
    if json_depth(&body) > depth_limit {
        return Err(ApiProblem::new(
            StatusCode::BAD_REQUEST,
            "json_too_deep",
            format!("the body is nested deeper than {depth_limit}"),
        )
        .action("Send flatter JSON, or ask the operator to raise `limits.json_depth`."));
    }
    Ok(body)
}

/// Those that hold no credentials; see [`redact`] for what adapters declare.
fn visible_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !CREDENTIALS.contains(name))
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect()
}

fn not_believed(channel: &str, error: &VerifyError) -> ApiProblem {
    let code = error.code();
    counter!("eclusa_ingress_refused_total", "channel" => channel.to_owned(), "code" => code)
        .increment(1);
    let status = match error {
        VerifyError::KeysUnavailable => {
            return ApiProblem::unavailable(code, error.to_string(), 30).action(error.action());
        }
        VerifyError::HandshakeRefused { .. } => StatusCode::FORBIDDEN,
        VerifyError::HandshakeMalformed { .. } => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNAUTHORIZED,
    };
    ApiProblem::new(status, code, error.to_string()).action(error.action())
}

fn trapped(error: &CallError) -> Problem {
    let mut message = error.to_string();
    for frame in &error.backtrace {
        message.push_str("\n  at ");
        message.push_str(frame);
    }
    Problem::unsupported(error.code, message).action(error.action)
}

fn unsigned_events(manifest: &Manifest) -> ApiProblem {
    ApiProblem::new(
        StatusCode::UNAUTHORIZED,
        "unsigned_events",
        format!(
            "adapter `{}` made more than a reply of a request without a signature",
            manifest.name
        ),
    )
    .action("Send events with a signed request.")
}

async fn record_mapped(
    app: &App,
    channel: &str,
    revision: &Revision,
    request: Request,
    received: Received,
) -> Result<Response, ApiProblem> {
    let Received { events, reply, warnings } = received;
    // A handshake leaves nothing to keep.
    if events.is_empty()
        && warnings.is_empty()
        && let Some(reply) = reply
    {
        return Ok(reply_response(reply));
    }
    echo::settle(&app.under_way, channel, &events).await;
    let accepted = app
        .journal
        .accept(Accept {
            channel: channel.to_owned(),
            raw: raw(request),
            mapping: Mapping::Mapped {
                revision: reference(revision),
                events,
                warnings: warnings.clone(),
            },
            push: app.config.platform.is_some(),
            traceparent: trace::traceparent(),
        })
        .instrument(trace_span!(target: trace::TARGET, "commit"))
        .await?;
    counter!("eclusa_ingress_requests_total", "channel" => channel.to_owned(), "outcome" => "mapped")
        .increment(1);
    let echoes = accepted.events.iter().filter(|event| event.echo).count() as u64;
    if echoes > 0 {
        counter!("eclusa_echoes_total", "channel" => channel.to_owned()).increment(echoes);
    }
    let response = match reply {
        Some(reply) => reply_response(reply),
        None => answer(&accepted, &warnings, None),
    };
    Ok(with_request_id(response, &accepted))
}

async fn record_unmapped(
    app: &App,
    channel: &str,
    revision: &Revision,
    request: Request,
    problem: Problem,
) -> Result<Response, ApiProblem> {
    if problem.kind == ProblemKind::Invalid && revision.manifest().on_invalid == OnInvalid::Reject {
        return Err(ApiProblem::from_adapter(StatusCode::BAD_REQUEST, &problem));
    }
    let accepted = app
        .journal
        .accept(Accept {
            channel: channel.to_owned(),
            raw: raw(request),
            mapping: Mapping::Unmapped {
                revision: Some(reference(revision)),
                problem: problem.clone(),
            },
            push: false,
            traceparent: None,
        })
        .instrument(trace_span!(target: trace::TARGET, "commit"))
        .await?;
    counter!("eclusa_ingress_requests_total", "channel" => channel.to_owned(), "outcome" => "unmapped")
        .increment(1);
    // The backtrace of a trap is for the operator, not for the chat.
    let mut told = problem;
    if let Some((first, _)) = told.message.split_once('\n') {
        told.message = first.to_owned();
    }
    Ok(with_request_id(answer(&accepted, &[], Some(&told)), &accepted))
}

fn raw(request: Request) -> RawRequest {
    RawRequest {
        received_at: request.received_at,
        method: request.method,
        path: request.path,
        query: request.query,
        headers: request.headers,
        body: request.body,
    }
}

fn answer(accepted: &Accepted, warnings: &[Warning], problem: Option<&Problem>) -> Response {
    let messages = accepted
        .events
        .iter()
        .filter_map(|event| event.message.as_ref())
        .map(|(id, external_id)| AnswerMessage { id, external_id })
        .collect();
    Json(Answer { messages, warnings, problem }).into_response()
}

/// The guest decides status and body within bounds; of its headers only the
/// content type counts, and the browser may not guess another one.
fn reply_response(reply: HttpResponse) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let is_json = reply.header("content-type").is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    });
    // Anything else could be active content on the origin of the API.
    let content_type = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
    let mut response = (status, reply.body).into_response();
    response.extensions_mut().insert(GuestReply);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    response
}

fn with_request_id(mut response: Response, accepted: &Accepted) -> Response {
    if let Ok(value) = HeaderValue::from_str(&accepted.request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
