//! Runs the samples of an adapter for a channel.

use std::time::{Duration, Instant};

use eclusa_engine::{CallContext, CallError, Revision, Session};
use eclusa_model::{
    Body, ContentType, Event, HttpRequest, HttpResponse, OutboundMessage, Outcome, Problem,
    ReceiveSample, Request, SampleRequest, SendSample, Warning,
};
use serde_json::Value;

/// So many samples of each direction are run.
const MOST: usize = 100;

/// So many bytes are shown of all of them; a manifest may be large.
const BYTES: usize = 1 << 20;

/// After so long no further one is begun. Each call has the engine's own limit.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the samples.
#[derive(Debug)]
pub(crate) struct Executed {
    /// Requests of the chat.
    pub(crate) inbound: Vec<Inbound>,
    /// Messages to the chat.
    pub(crate) outbound: Vec<Outbound>,
    /// So many samples were not run, since the bounds were reached.
    pub(crate) left_out: usize,
}

/// A request of the chat, and what it became.
#[derive(Debug)]
pub(crate) struct Inbound {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The request as the adapter was given it.
    pub(crate) request: Request,
    pub(crate) mapped: Mapped,
}

/// What a request became.
#[derive(Debug)]
pub(crate) enum Mapped {
    /// It was read.
    Received {
        /// The canonical events as JSON, one below another.
        events: Vec<String>,
        /// What the first event is: a message of this type.
        first: Option<ContentType>,
        /// The answer to the chat, where it is a certain one.
        reply: Option<HttpResponse>,
        warnings: Vec<Warning>,
    },
    /// The adapter refuses it.
    Refused(Problem),
    /// The call broke.
    Failed(String),
}

/// A message to the chat, and what it became.
#[derive(Debug)]
pub(crate) struct Outbound {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: ContentType,
    /// The message as the platform posts it: JSON.
    pub(crate) message: String,
    pub(crate) sent: Sent,
    /// Answers of the chat, and what each means.
    pub(crate) answers: Vec<Answer>,
}

/// What a message became.
#[derive(Debug)]
pub(crate) enum Sent {
    /// The request that the chat gets, with placeholders for secrets.
    Request { request: HttpRequest, warnings: Vec<Warning> },
    /// The adapter refuses it.
    Refused(Problem),
    /// The call broke.
    Failed(String),
}

/// An answer of the chat, and what it means.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    pub(crate) outcome: Outcome,
}

impl Inbound {
    /// The type under which it is shown; `None` where it brings no message.
    pub(crate) fn kind(&self) -> Option<ContentType> {
        match &self.mapped {
            Mapped::Received { first, .. } => *first,
            Mapped::Refused(_) | Mapped::Failed(_) => None,
        }
    }
}

/// Runs the samples of a revision for a channel, on the calling thread.
///
/// # Errors
/// No place for it is free.
pub(super) fn execute(revision: &Revision, cx: &CallContext) -> Result<Executed, CallError> {
    let samples = &revision.manifest().samples;
    let mut run = Run { session: revision.rehearsal()?, cx, began: Instant::now(), bytes: 0 };
    let mut executed = Executed { inbound: Vec::new(), outbound: Vec::new(), left_out: 0 };
    for (index, sample) in samples.receive.iter().enumerate() {
        if run.is_over(index) {
            executed.left_out += 1;
        } else {
            executed.inbound.push(run.inbound(sample));
        }
    }
    for (index, sample) in samples.send.iter().enumerate() {
        if run.is_over(index) {
            executed.left_out += 1;
        } else {
            executed.outbound.push(run.outbound(sample));
        }
    }
    Ok(executed)
}

struct Run<'a> {
    session: Session,
    cx: &'a CallContext,
    began: Instant,
    /// What is shown so far.
    bytes: usize,
}

impl Run<'_> {
    fn is_over(&self, index: usize) -> bool {
        index >= MOST || self.bytes > BYTES || self.began.elapsed() > PATIENCE
    }

    fn inbound(&mut self, sample: &ReceiveSample) -> Inbound {
        let request = request(&sample.request);
        let mapped = match self.session.receive(self.cx, &request) {
            Ok(called) => match called.value {
                Ok(received) => Mapped::Received {
                    events: received.events.iter().map(pretty).collect(),
                    first: received.events.first().and_then(|event| match event {
                        Event::Message(message) => Some(message.content.content_type()),
                        _ => None,
                    }),
                    reply: received.reply,
                    warnings: received.warnings,
                },
                Err(problem) => Mapped::Refused(problem),
            },
            Err(error) => Mapped::Failed(error.to_string()),
        };
        self.bytes += request.body.len();
        if let Mapped::Received { events, .. } = &mapped {
            self.bytes += events.iter().map(String::len).sum::<usize>();
        }
        Inbound {
            name: sample.name.clone(),
            description: sample.description.clone(),
            request,
            mapped,
        }
    }

    fn outbound(&mut self, sample: &SendSample) -> Outbound {
        let sent = match self.session.send(self.cx, &sample.message) {
            Ok(called) => match called.value {
                Ok(prepared) => {
                    Sent::Request { request: prepared.request, warnings: prepared.warnings }
                }
                Err(problem) => Sent::Refused(problem),
            },
            Err(error) => Sent::Failed(error.to_string()),
        };
        let message = as_posted(&sample.message);
        self.bytes += message.len();
        if let Sent::Request { request, .. } = &sent {
            self.bytes += request.body.as_ref().map_or(0, String::len);
        }
        Outbound {
            name: sample.name.clone(),
            description: sample.description.clone(),
            kind: sample.message.content.content_type(),
            message,
            answers: match sent {
                Sent::Request { .. } => self.answers(sample),
                Sent::Refused(_) | Sent::Failed(_) => Vec::new(),
            },
            sent,
        }
    }

    /// What the adapter makes of the answers in a sample.
    fn answers(&mut self, sample: &SendSample) -> Vec<Answer> {
        let mut answers = Vec::new();
        for settle in sample.responses.iter().take(MOST) {
            let response = settle.response.to_response();
            let state = settle.state.as_deref();
            let called = self.session.settle(self.cx, &sample.message, &response, state);
            // What breaks here breaks in the sample's own check too.
            if let Ok(called) = called {
                self.bytes += response.body.len();
                answers.push(Answer { response, outcome: called.value });
            }
        }
        answers
    }
}

/// The request of a sample as people can read it: JSON over several lines, and with
/// the type of its body, which programs would set.
fn request(sample: &SampleRequest) -> Request {
    let mut request = sample.to_request();
    if let Some(Body::Json(value)) = &sample.body {
        request.body = pretty(value);
    }
    // Of the connection, which each program makes by itself.
    let own = ["host", "content-length", "connection", "transfer-encoding", "accept-encoding"];
    request.headers.retain(|(name, _)| !own.contains(&name.as_str()));
    if !request.body.is_empty() && request.header("content-type").is_none() {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&request.body).is_ok();
        let kind = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
        request.headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    request
}

/// A message without what the host adds, or what says nothing.
fn as_posted(message: &OutboundMessage) -> String {
    let mut value = serde_json::to_value(message).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.remove("id");
        fields.retain(|name, value| {
            !(value.is_null()
                || name == "extra" && value.as_object().is_some_and(|it| it.is_empty()))
        });
    }
    pretty(&value)
}

/// JSON over several lines.
fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
