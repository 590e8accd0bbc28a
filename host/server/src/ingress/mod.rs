//! Where chats come in: `ANY /in/{key}`.

mod answer;
mod record;
mod refusals;
mod refuse;

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::{Path, Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eclusa_deploy::verified_by;
use eclusa_engine::{CallReport, LogLevel, Revision};
use eclusa_ingress::{
    SignedRequest, Verified, VerifyError, answer_signed, answer_unsigned, decode_body, query_pairs,
    redact, visible_headers,
};
use eclusa_model::Request;
use eclusa_relay::trace;
use fail::fail_point;
use tracing::{Instrument as _, trace_span};

use crate::access_log::LoggedChannel;
use crate::app::App;
use crate::channels::ActiveChannel;
use crate::incoming::{Door, Origin, read_body};
use crate::live::{Seen, Way};
use crate::problem::ApiProblem;
use answer::{REQUEST_ID, reply_response};
use record::{Taken, Unmapped};
pub(crate) use refusals::{IngressRefusal, refusals};
use refuse::{not_believed, not_read, trapped, unsigned_events};

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
pub(crate) async fn answered(
    app: &App,
    key: &str,
    path: String,
    origin: Origin,
    request: HttpRequest,
) -> Result<Response, ApiProblem> {
    let active = app.channels.by_key(key, app.clock.now_ms()).ok_or_else(|| {
        ApiProblem::new(StatusCode::NOT_FOUND, "channel_unknown", "no channel has this ingress URL")
            .action("Copy the channel's `ingress_url` again; it may have been changed.")
    })?;
    let channel = LoggedChannel(Arc::clone(&active.channel));
    let (at, began) = (app.now(), Instant::now());
    let mut response = receive(app, &active, path, origin, request).await.into_response();
    app.live.saw(seen(&active.channel.profile.id, at, began, &response));
    if response.status().as_u16() >= 400 || tracing::enabled!(tracing::Level::DEBUG) {
        response.extensions_mut().insert(channel);
    }
    Ok(response)
}

/// What came of a request, for who watches.
fn seen(channel: &str, at: String, began: Instant, response: &Response) -> Seen {
    let problem = response.extensions().get::<ApiProblem>();
    let unmapped = response.extensions().get::<Unmapped>();
    let code = problem.map(|problem| problem.code().to_owned());
    let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    Seen {
        way: Way::FromChat,
        id: id.map(str::to_owned),
        channel: channel.to_owned(),
        at,
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        status: Some(response.status().as_u16()),
        code: code.or(unmapped.map(|Unmapped(code)| code.clone())),
    }
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
    let door = Door::Channel(Arc::clone(channel));
    let mut admitted = app.admission.enter(door, origin, &parts.headers)?;
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
    let body = decode_body(bytes.into(), app.config.limits.json_depth).map_err(not_read)?;
    let mut request = Request {
        method,
        path,
        query: query_pairs(&parts.uri),
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
    let verified_by = verified_by(manifest, channel);
    let taken = Taken { app, channel: &profile.id, revision: &revision, request, verified_by };
    match mapped {
        Ok(received) => taken.record_mapped(received).await,
        Err(problem) => taken.record_unmapped(problem).await,
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
