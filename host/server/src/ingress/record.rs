//! Recording what a chat sent.

use axum::http::StatusCode;
use axum::response::Response;
use eclusa_deploy::live::reference;
use eclusa_engine::Revision;
use eclusa_journal::{Accept, Mapping, RawRequest};
use eclusa_model::{OnInvalid, Problem, ProblemKind, Received, Request};
use eclusa_relay::trace;
use metrics::counter;
use tracing::{Instrument as _, trace_span};

use super::answer::{answer, reply_response, with_request_id};
use crate::app::App;
use crate::problem::ApiProblem;

/// Marks the answer to a request that could not be mapped, with the problem's code.
#[derive(Debug, Clone)]
pub(super) struct Unmapped(pub(super) String);

/// A request that is believed, and was shown to its adapter.
pub(super) struct Taken<'a> {
    pub(super) app: &'a App,
    /// The channel's id.
    pub(super) channel: &'a str,
    /// Who answered for the adapter.
    pub(super) revision: &'a Revision,
    pub(super) request: Request,
    pub(super) verified_by: String,
}

impl Taken<'_> {
    /// Records the events of a request, unless it was a mere handshake.
    pub(super) async fn record_mapped(self, received: Received) -> Result<Response, ApiProblem> {
        let Self { app, channel, revision, request, verified_by } = self;
        let Received { events, reply, warnings } = received;
        // A handshake leaves nothing to keep.
        if events.is_empty()
            && warnings.is_empty()
            && let Some(reply) = reply
        {
            return Ok(reply_response(reply));
        }
        let turn = app.echoes.turn(channel, &events).await;
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
                verified_by: Some(verified_by),
                push: app.config.platform.is_some(),
                traceparent: trace::traceparent(),
            })
            .instrument(trace_span!(target: trace::TARGET, "commit"))
            .await?;
        drop(turn);
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

    /// Records a request that its adapter could not map, unless the adapter says that
    /// such requests are to be refused.
    pub(super) async fn record_unmapped(self, problem: Problem) -> Result<Response, ApiProblem> {
        let Self { app, channel, revision, request, verified_by } = self;
        if problem.kind == ProblemKind::Invalid
            && revision.manifest().on_invalid == OnInvalid::Reject
        {
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
                verified_by: Some(verified_by),
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
        let mut response = with_request_id(answer(&accepted, &[], Some(&told)), &accepted);
        response.extensions_mut().insert(Unmapped(told.code));
        Ok(response)
    }
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
