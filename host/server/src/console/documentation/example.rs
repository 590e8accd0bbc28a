//! The examples of a page: each as it is, as calls, and with what becomes of it.

use eclusa_model::{
    Channel, HttpRequest, HttpResponse, Manifest, OnInvalid, Outcome, Problem, ProblemKind,
    Warning, WarningKind,
};
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::documentation::{
    Address, Answer, Call, Inbound, Mapped, Outbound, Sent, inbound_call, javascript,
    outbound_call, python, shell,
};
use crate::documentation::{Piece, Text};

/// A call in all its languages.
pub(super) struct Code {
    /// Unique on the page.
    pub(super) id: String,
    /// Its body is JSON.
    pub(super) is_json: bool,
    /// The request itself.
    pub(super) request: String,
    pub(super) shell: String,
    pub(super) javascript: String,
    pub(super) python: String,
}

/// A request of the chat.
pub(super) struct InboundView {
    /// Its name among the samples.
    pub(super) name: String,
    /// The same for a query.
    pub(super) encoded: String,
    pub(super) description: Option<String>,
    pub(super) code: Code,
    pub(super) events: Vec<String>,
    /// A certain answer that the chat gets.
    pub(super) reply: Option<String>,
    pub(super) warnings: Vec<WarningView>,
    pub(super) problem: Option<ProblemView>,
}

/// A message to the chat.
pub(super) struct OutboundView {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) code: Code,
    /// The request that the chat gets.
    pub(super) request: Option<String>,
    pub(super) warnings: Vec<WarningView>,
    pub(super) problem: Option<ProblemView>,
    pub(super) answers: Vec<AnswerView>,
}

/// What is lost, left out or ignored.
pub(super) struct WarningView {
    /// The text that names its kind.
    pub(super) kind: &'static str,
    pub(super) code: String,
    pub(super) message: String,
}

/// Why something is refused.
pub(super) struct ProblemView {
    /// The text that says how it is told.
    pub(super) told: &'static str,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) action: Option<String>,
}

/// An answer of the chat.
pub(super) struct AnswerView {
    pub(super) response: String,
    /// The text that names what it means.
    pub(super) outcome: &'static str,
    /// How its badge looks.
    pub(super) class: &'static str,
    /// More about it: an id, or a code.
    pub(super) detail: String,
}

/// Writes a request of the chat.
pub(super) fn inbound(
    number: usize,
    inbound: &Inbound,
    manifest: &Manifest,
    channel: &Channel,
    address: &Address,
) -> (InboundView, Call) {
    let call = inbound_call(&inbound.request, manifest, channel, address);
    let mut view = InboundView {
        name: inbound.name.clone(),
        encoded: byte_serialize(inbound.name.as_bytes()).collect(),
        description: inbound.description.clone(),
        code: code(format!("in-{number}"), &call),
        events: Vec::new(),
        reply: None,
        warnings: Vec::new(),
        problem: None,
    };
    match &inbound.mapped {
        Mapped::Received { events, reply, warnings, .. } => {
            view.events.clone_from(events);
            view.reply = reply.as_ref().map(response_text);
            view.warnings = warnings.iter().map(warning).collect();
        }
        Mapped::Refused(problem) => {
            let rejected =
                problem.kind == ProblemKind::Invalid && manifest.on_invalid == OnInvalid::Reject;
            let told = if rejected { "doc-told-rejected" } else { "doc-told-kept" };
            view.problem = Some(problem_view(told, problem));
        }
        Mapped::Failed(why) => view.problem = Some(failed("doc-told-kept", why)),
    }
    (view, call)
}

/// Writes a message to the chat.
pub(super) fn outbound(
    number: usize,
    outbound: &Outbound,
    channel: &Channel,
    public_url: &str,
) -> (OutboundView, Call) {
    let call = outbound_call(public_url, &channel.profile.id, &outbound.message);
    let mut view = OutboundView {
        name: outbound.name.clone(),
        description: outbound.description.clone(),
        code: code(format!("out-{number}"), &call),
        request: None,
        warnings: Vec::new(),
        problem: None,
        answers: outbound.answers.iter().map(answer).collect(),
    };
    match &outbound.sent {
        Sent::Request { request, warnings } => {
            view.request = Some(chat_request(request, channel));
            view.warnings = warnings.iter().map(warning).collect();
        }
        Sent::Refused(problem) => {
            view.problem = Some(problem_view("doc-told-failed", problem));
        }
        Sent::Failed(why) => view.problem = Some(failed("doc-told-failed", why)),
    }
    (view, call)
}

fn code(id: String, call: &Call) -> Code {
    let body = call.body.as_ref().map(text).unwrap_or_default();
    let mut request = format!("{} {}\n", call.method, text(&call.url));
    if let Some(basic) = &call.basic {
        request.push_str(&format!("authorization: Basic <base64 {}>\n", text(basic)));
    }
    for (name, value) in &call.headers {
        request.push_str(&format!("{name}: {}\n", text(value)));
    }
    if !body.is_empty() {
        request.push_str(&format!("\n{body}"));
    }
    Code {
        id,
        is_json: serde_json::from_str::<serde::de::IgnoredAny>(&body).is_ok(),
        request: request.trim_end().to_owned(),
        shell: shell(call),
        javascript: javascript(call),
        python: python(call),
    }
}

/// A text with names for what is filled in.
fn text(text: &Text) -> String {
    let part = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable(name) => format!("${name}"),
        Piece::Time => "<time>".to_owned(),
        Piece::Signature => "<signature>".to_owned(),
        Piece::Body => "<body>".to_owned(),
        Piece::Url | Piece::Path => "<url>".to_owned(),
    };
    text.iter().map(part).collect()
}

/// What the chat gets, with the channel's own headers, whose values nobody sees.
fn chat_request(request: &HttpRequest, channel: &Channel) -> String {
    let mut out = format!("{} {}\n", request.method, request.url);
    for (name, value) in &request.headers {
        out.push_str(&format!("{name}: {value}\n"));
    }
    for name in channel.headers.keys() {
        out.push_str(&format!("{name}: {{channel header}}\n"));
    }
    if let Some(body) = &request.body {
        out.push_str(&format!("\n{}", pretty(body)));
    }
    out
}

/// A response as it goes over the wire.
pub(super) fn response_text(response: &HttpResponse) -> String {
    let mut out = format!("HTTP {}\n", response.status);
    for (name, value) in &response.headers {
        out.push_str(&format!("{name}: {value}\n"));
    }
    if !response.body.is_empty() {
        out.push_str(&format!("\n{}", pretty(&response.body)));
    }
    out
}

/// JSON over several lines, anything else as it is.
pub(super) fn pretty(body: &str) -> String {
    let json: Result<Value, _> = serde_json::from_str(body);
    let pretty = json.ok().and_then(|json| serde_json::to_string_pretty(&json).ok());
    pretty.unwrap_or_else(|| body.to_owned())
}

pub(super) fn warning(warning: &Warning) -> WarningView {
    WarningView {
        kind: match warning.kind {
            WarningKind::Ignored => "doc-warning-ignored",
            WarningKind::Unsupported => "doc-warning-unsupported",
            WarningKind::Degraded => "doc-warning-degraded",
        },
        code: warning.code.clone(),
        message: warning.message.clone(),
    }
}

fn problem_view(told: &'static str, problem: &Problem) -> ProblemView {
    ProblemView {
        told,
        code: problem.code.clone(),
        message: problem.message.clone(),
        action: problem.action.clone(),
    }
}

fn failed(told: &'static str, why: &str) -> ProblemView {
    ProblemView { told, code: "trap".to_owned(), message: why.to_owned(), action: None }
}

fn answer(answer: &Answer) -> AnswerView {
    let (outcome, class, detail) = match &answer.outcome {
        Outcome::Sent(receipt) => {
            ("doc-outcome-sent", "good", receipt.external_id.clone().unwrap_or_default())
        }
        Outcome::Next(_) => ("doc-outcome-next", "", String::new()),
        Outcome::Retry(it) => ("doc-outcome-retry", "warn", it.problem.code.clone()),
        Outcome::Refused(problem) => ("doc-outcome-refused", "bad", problem.code.clone()),
    };
    AnswerView { response: response_text(&answer.response), outcome, class, detail }
}
