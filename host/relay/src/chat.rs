//! Hands messages to chats: the adapter writes the requests and reads the
//! responses, the host makes them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use eclusa_deploy::live::{Line, Made, reference};
use eclusa_engine::{CallContext, CallError, CallReport, Called, LogLevel, Revision};
use eclusa_journal::{DeliveryBody, Lane, RevisionRef};
use eclusa_model::{
    Channel, HttpRequest, HttpResponse, NextRequest, OutboundMessage, Outcome, Problem, Warning,
};
use fail::fail_point;
use tracing::{Instrument as _, trace_span};

use crate::delivery::{Carried, Carrier, NotSent, Policy, Recorder};
use crate::gate::Gate;
use crate::http::Answer;
use crate::secrets::{Filling, Scrubber, Shield, Untrusted};
use crate::{Channels, HttpClient, UnderWay, trace};

/// How many requests one message may take: the first one and 8 that follow.
const MAX_REQUESTS: u32 = 9;

/// How often a response is shown to a busy engine before that is given up; the
/// request behind it cannot be made again.
const MAX_BUSY_SETTLES: u32 = 20;

/// Hands messages to chats.
pub(crate) struct ChatCarrier {
    pub(crate) channels: Arc<dyn Channels>,
    pub(crate) http: HttpClient,
    pub(crate) policy: Policy,
    pub(crate) under_way: Arc<UnderWay>,
    pub(crate) gate: Gate,
}

#[async_trait]
impl Carrier for ChatCarrier {
    async fn carry(&self, lane: &Lane, body: DeliveryBody) -> Result<Carried, NotSent> {
        let recorder = |revision| Recorder::start(self.policy.clock.now_ms(), revision);
        let (message, attempts, revision, warnings) = match body {
            DeliveryBody::Message { message, attempts, revision, warnings } => {
                (message, attempts, revision, warnings)
            }
            DeliveryBody::Event { .. } => {
                return Ok(recorder(None).dead(Problem::invalid(
                    "wrong_target",
                    "an event for the platform stands in a lane to a chat",
                )));
            }
        };
        let Some(channel) = self.channels.channel(&lane.channel) else {
            return Ok(recorder(None).dead(Problem::configuration(
                "channel_deleted",
                format!("channel `{}` was deleted before the message went out", lane.channel),
            )));
        };
        let policy = self.policy.of_channel(&channel);
        let line = match self.line(&channel, &message, revision.as_ref()).await? {
            Ok(line) => line,
            Err(problem) if problem.retryable => {
                return Ok(recorder(None).failed(&policy, attempts, None, problem));
            }
            Err(problem) => return Ok(recorder(revision).dead(problem)),
        };
        let mut recorder = recorder(None);
        recorder.attempt.warnings = warnings;
        let send = Send {
            http: &self.http,
            gate: &self.gate,
            policy: &policy,
            cx: CallContext::from(&*channel),
            scrubber: Scrubber::new(&channel),
            channel: &channel,
            made: Made { by: Arc::clone(line.revision()), first: None },
            line,
            message: &message,
            attempts,
            recorder,
        };
        let entered = self.under_way.enter(lane);
        Ok(Carried { entered, ..send.run().await? })
    }
}

impl ChatCarrier {
    /// Who maps a message: what a person chose, or what serves. That nothing
    /// serves is rare here: the dispatcher asks for no job of such a channel.
    async fn line(
        &self,
        channel: &Channel,
        message: &OutboundMessage,
        revision: Option<&RevisionRef>,
    ) -> Result<Result<Line, Problem>, NotSent> {
        match revision {
            Some(revision) => Ok(self.channels.chosen(revision).await),
            None => {
                let line = self.channels.line(channel, &message.conversation);
                line.map(Ok).ok_or(NotSent::AdapterMissing)
            }
        }
    }
}

/// One attempt to hand on one message.
struct Send<'a> {
    http: &'a HttpClient,
    gate: &'a Gate,
    policy: &'a Policy,
    channel: &'a Channel,
    cx: CallContext,
    scrubber: Scrubber,
    line: Line,
    /// Who wrote the last request.
    made: Made,
    message: &'a OutboundMessage,
    attempts: u32,
    recorder: Recorder,
}

/// What ends an attempt without success.
enum Failure {
    /// For good.
    Dead(Problem),
    /// The policy decides, after at least this time.
    Later(Problem, Option<Duration>),
    /// The chat takes nothing any more.
    Gone(Problem),
    /// Nothing went out.
    NotSent(NotSent),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        if problem.retryable { Self::Later(problem, None) } else { Self::Dead(problem) }
    }
}

impl Send<'_> {
    async fn run(mut self) -> Result<Carried, NotSent> {
        let result = self.steps().await;
        self.recorder.attempt.revision = Some(reference(&self.made.by));
        Ok(match result {
            Ok(external_id) => {
                fail_point!("relay.chat_answered");
                self.recorder.done(external_id)
            }
            Err(Failure::Dead(problem)) => self.recorder.dead(problem),
            Err(Failure::Later(problem, retry_after)) => {
                self.recorder.failed(self.policy, self.attempts, retry_after, problem)
            }
            Err(Failure::Gone(problem)) => self.recorder.gone(self.policy, problem),
            Err(Failure::NotSent(why)) => return Err(why),
        })
    }

    /// Makes requests until the adapter says what came of the message.
    async fn steps(&mut self) -> Result<Option<String>, Failure> {
        let mut filling = self.first_request().await?;
        let mut state: Option<String> = None;
        for step in 0..MAX_REQUESTS {
            let response = self.exchange(&filling, step == 0).await?;
            let (outcome, by) = self.settle(self.message, &response, state.as_deref()).await?;
            self.made = Made { by, first: None };
            match outcome {
                Outcome::Sent(receipt) => {
                    self.warn(receipt.warnings);
                    return Ok(receipt.external_id);
                }
                Outcome::Next(next) => {
                    (filling, state) = self.next_request(next, &response, state.as_deref()).await?;
                }
                Outcome::Retry(postponement) => {
                    let asked = postponement
                        .after_seconds
                        .map(|seconds| Duration::from_secs(seconds.into()))
                        .or_else(|| self.policy.retry_after(&response));
                    return Err(Failure::Later(postponement.problem, asked));
                }
                Outcome::Refused(problem) if Answer::of(response.status) == Answer::Gone => {
                    return Err(Failure::Gone(problem));
                }
                Outcome::Refused(problem) => return Err(Failure::Dead(problem)),
            }
        }
        let problem = Problem::configuration(
            "too_many_requests_for_message",
            format!("the adapter asked for more than {MAX_REQUESTS} requests for one message"),
        )
        .action("Correct the adapter.");
        Err(Failure::Dead(problem))
    }

    /// The request of `send`.
    async fn first_request(&mut self) -> Result<Filling, Failure> {
        let calling = trace_span!(target: trace::TARGET, "guest send");
        let answered = self.line.send(&self.cx, self.message).instrument(calling).await;
        self.made.by = answered.revision;
        let prepared = self.answer(answered.result)??;
        self.made.first = Some(prepared.request.clone());
        self.warn(prepared.warnings);
        let input = Untrusted { message: self.message, response: None, state: None };
        let Some(shield) = Shield::needed(&input, &prepared.request)? else {
            return Ok(Filling::plain(prepared.request));
        };
        // By the same one: another would word its request otherwise.
        let masked = self.made.by.send(&self.cx, &shield.message).await;
        let masked = self.answer(masked)?.ok().map(|prepared| prepared.request);
        self.choose(shield, prepared.request, masked)
    }

    /// The request that `settle` asked for, and the adapter's note with it.
    async fn next_request(
        &mut self,
        next: NextRequest,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<(Filling, Option<String>), Failure> {
        let input = Untrusted { message: self.message, response: Some(response), state };
        let Some(shield) = Shield::needed(&input, &next.request)? else {
            return Ok((Filling::plain(next.request), Some(next.state)));
        };
        let masked_response = shield.response.as_ref().unwrap_or(response);
        let (outcome, _) =
            self.settle(&shield.message, masked_response, shield.state.as_deref()).await?;
        let masked = match outcome {
            Outcome::Next(masked) => Some(masked),
            Outcome::Sent(_) | Outcome::Retry(_) | Outcome::Refused(_) => None,
        };
        let (request, masked_state) =
            masked.map_or((None, None), |masked| (Some(masked.request), Some(masked.state)));
        let filling = self.choose(shield, next.request, request)?;
        let state = match masked_state {
            Some(masked) if filling.is_masked() => filling.state(masked),
            _ => next.state,
        };
        Ok((filling, Some(state)))
    }

    fn choose(
        &self,
        shield: Shield,
        plain: HttpRequest,
        masked: Option<HttpRequest>,
    ) -> Result<Filling, Failure> {
        let filling = shield.choose(plain, masked)?;
        if filling.is_masked() {
            tracing::info!(
                channel = self.channel.profile.id,
                message = self.message.id,
                "the message has text like a placeholder for a secret; it goes out as text"
            );
        }
        Ok(filling)
    }

    /// Makes a request, and returns the response without secrets. Only the first of
    /// a message asks whether its host is spoken to: what has begun goes on.
    async fn exchange(&mut self, filling: &Filling, first: bool) -> Result<HttpResponse, Failure> {
        let (method, url, body) = filling.shown();
        self.recorder.request(method, url, body);
        let request = filling.fill(self.channel)?;
        if first {
            self.gate
                .ask(request.url())
                .map_err(|host| Failure::NotSent(NotSent::Blocked { host }))?;
        }
        let url = request.url().clone();
        let result = self.http.send(request).await;
        self.gate.tell(&url, &result, |host| self.scrubber.naming_host(host));
        let response = match result {
            Ok(response) => response,
            Err(error) => {
                self.recorder.attempt.status = error.status;
                let mut problem = error.problem();
                problem.message = self.scrubber.naming_host(problem.message);
                return Err(problem.into());
            }
        };
        if response.cut {
            self.warn(vec![Warning::degraded(
                "response_cut",
                "the chat's response was longer than is read; the rest was left out",
            )]);
        }
        let response = self.scrubber.response(response.response);
        self.recorder.response(&response);
        Ok(response)
    }

    fn answer<T>(&self, called: Result<Called<T>, CallError>) -> Result<T, Failure> {
        let called = called.map_err(|error| Failure::from(call_problem(&error)))?;
        self.log(&called.report);
        Ok(called.value)
    }

    /// What the response means, and who says so. After a success the chat may have
    /// taken the message already, so what goes wrong here must not send it again.
    async fn settle(
        &self,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<(Outcome, Arc<Revision>), Failure> {
        let mut busy = 0;
        loop {
            let calling = trace_span!(target: trace::TARGET, "guest settle");
            let settling = self.line.settle(&self.made, &self.cx, message, response, state);
            let answered = settling.instrument(calling).await;
            let error = match answered.result {
                Ok(called) => {
                    self.log(&called.report);
                    return Ok((called.value, answered.revision));
                }
                Err(error) => error,
            };
            if error.retryable && busy < MAX_BUSY_SETTLES {
                busy += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            let cause = call_problem(&error);
            let problem = Problem::configuration(
                "settle_failed",
                format!(
                    "the chat answered with status {}, but the adapter could not read it: {}",
                    response.status, cause.message
                ),
            )
            .action("See in the chat whether the message is there before it is sent again.");
            return Err(match Answer::of(response.status) {
                Answer::Taken | Answer::Never => Failure::Dead(problem),
                Answer::Gone => Failure::Gone(problem),
                Answer::NotNow => Failure::Later(problem, self.policy.retry_after(response)),
            });
        }
    }

    fn warn(&mut self, warnings: Vec<Warning>) {
        self.recorder.attempt.warnings.extend(warnings);
    }

    fn log(&self, report: &CallReport) {
        let channel = self.channel.profile.id.as_str();
        let adapter = self.made.by.name();
        for line in &report.log {
            let text = line.text.as_str();
            match line.level {
                LogLevel::Debug => tracing::debug!(channel, adapter, "{text}"),
                LogLevel::Info => tracing::info!(channel, adapter, "{text}"),
                LogLevel::Warn => tracing::warn!(channel, adapter, "{text}"),
                LogLevel::Error => tracing::error!(channel, adapter, "{text}"),
            }
        }
    }
}

/// A failed call as a problem: with panic text and backtrace, for the person who
/// has to correct the adapter.
fn call_problem(error: &CallError) -> Problem {
    let mut message = error.to_string();
    for function in &error.backtrace {
        message.push_str("\n  at ");
        message.push_str(function);
    }
    let problem = Problem::configuration(error.code, message).action(error.action);
    if error.retryable { problem.retryable() } else { problem }
}
