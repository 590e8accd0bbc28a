//! `GET /channels/{id}/documentation` and `GET /documentation/{key}`.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use eclusa_model::{ContentType, OnInvalid};
use serde::Deserialize;

use super::super::frame::Frame;
use super::super::html::page;
use super::super::visitor::Visitor;
use super::answer::{RefusalView, refusal_views};
use super::example::{InboundView, OutboundView, inbound, outbound};
use super::proof::{Fact, facts, handshake, sentence};
use super::subject::Subject;
use super::support::{TypeRow, rows, type_name};
use super::tried::{Tried, recorded};
use crate::api::documentation_url;
use crate::app::App;
use crate::documentation::{Executed, Worked, variable, worked};
use crate::problem::ApiProblem;

/// No search engine is to know what is shared with few.
pub(super) const ROBOTS: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));

#[derive(Template)]
#[template(path = "documentation/page.html")]
struct Documentation {
    at: Frame,
    /// Where the page and its files are.
    base: String,
    about: About,
    variables: Vec<Variable>,
    /// The commands that set them.
    exports: String,
    rows: Vec<TypeRow>,
    inbound: Vec<Section<InboundView>>,
    /// Requests that bring something else than messages.
    events: Vec<InboundView>,
    /// Requests that bring nothing.
    nothing: Vec<InboundView>,
    outbound: Vec<Section<OutboundView>>,
    left_out: usize,
    proof: Option<(&'static str, Vec<Fact>)>,
    worked: Option<Worked>,
    handshake: Option<(&'static str, Vec<Fact>)>,
    refusals: Vec<RefusalView>,
    rejects: bool,
    rate: Option<RateView>,
    form: Option<TryForm>,
    tried: Option<Tried>,
    share: Option<Share>,
    done: Option<&'static str>,
}

/// What channel it is.
struct About {
    id: String,
    name: String,
    logo: String,
    adapter: String,
    version: String,
    revision: String,
    summary: String,
    /// The vendor's own pages.
    more: Option<String>,
}

/// An environment variable that the calls read.
struct Variable {
    name: String,
    /// The text that says what it is; empty where the adapter says it.
    meaning: &'static str,
    /// What the adapter says of it, in English.
    summary: Option<String>,
}

/// All examples of a type.
struct Section<T> {
    id: String,
    /// The text that names the type.
    name: &'static str,
    /// The one that is shown.
    first: Option<T>,
    others: Vec<T>,
}

/// How fast messages go out.
struct RateView {
    per_second: Option<f64>,
    burst: Option<u32>,
    per_conversation: Option<f64>,
}

/// The form by which a request is tried.
pub(super) struct TryForm {
    samples: Vec<String>,
    sample: String,
    body: String,
}

/// The link by which the page is shared.
struct Share {
    url: Option<String>,
    /// Of the channel.
    revision: u64,
}

impl TryForm {
    fn is_chosen(&self, name: &str) -> bool {
        self.sample == name
    }

    /// With a sample, and its body unless another one was typed.
    pub(super) fn new(executed: &Executed, sample: &str, body: Option<String>) -> Self {
        let found = executed.inbound.iter().find(|it| it.name == sample);
        let found = found.or_else(|| executed.inbound.iter().find(|it| it.kind().is_some()));
        let found = found.or_else(|| executed.inbound.first());
        Self {
            samples: executed.inbound.iter().map(|it| it.name.clone()).collect(),
            sample: found.map(|it| it.name.clone()).unwrap_or_default(),
            body: body.or_else(|| found.map(|it| it.request.body.clone())).unwrap_or_default(),
        }
    }
}

/// What an earlier page says.
#[derive(Deserialize)]
pub(super) struct Before {
    r#try: Option<String>,
    tried: Option<String>,
    messages: Option<String>,
    done: Option<String>,
}

/// The page for who is signed in.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(before): Query<Before>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let at = visitor.frame;
    let subject = Subject::by_id(&app, &id, at.operates())?;
    let executed = subject.executed(&app).await?;
    let form = TryForm::new(&executed, before.r#try.as_deref().unwrap_or_default(), None);
    let tried = match before.tried.filter(|_| at.operates()) {
        Some(request) => {
            let messages = before.messages.unwrap_or_default();
            recorded(&app, &id, &request, &messages).await?.map(Box::new).map(Tried::Recorded)
        }
        None => None,
    };
    let done = match before.done.as_deref() {
        Some("shared") => Some("doc-done-shared"),
        Some("hidden") => Some("doc-done-hidden"),
        _ => None,
    };
    let written = written(&app, &subject, at, &executed).await;
    let form = written.at.operates().then_some(form);
    Ok(page(StatusCode::OK, &Documentation { form, tried, done, ..written }))
}

/// The same after a request was tried that the journal does not have.
pub(super) async fn with_tried(
    app: &App,
    subject: &Subject,
    at: Frame,
    form: TryForm,
    tried: Tried,
) -> Result<Response, ApiProblem> {
    let executed = subject.executed(app).await?;
    let written = written(app, subject, at, &executed).await;
    let page_ = Documentation { form: Some(form), tried: Some(tried), ..written };
    Ok(page(StatusCode::OK, &page_))
}

/// The page for anybody who has the link.
pub(super) async fn shared(
    State(app): State<App>,
    Path(key): Path<String>,
    frame: Frame,
) -> Result<Response, ApiProblem> {
    let subject = Subject::by_key(&app, &key)?;
    let executed = subject.executed(&app).await?;
    let at = frame.without_person();
    let written = written(&app, &subject, at, &executed).await;
    let base = format!("/documentation/{key}");
    let about = About { logo: format!("{base}/logo"), ..written.about };
    let written = Documentation { base, about, share: None, ..written };
    let mut response = page(StatusCode::OK, &written);
    response.headers_mut().insert(ROBOTS.0, ROBOTS.1);
    Ok(response)
}

async fn written(app: &App, subject: &Subject, at: Frame, executed: &Executed) -> Documentation {
    let (channel, manifest) = (subject.channel(), subject.manifest());
    let profile = &channel.profile;
    let public_url = app.config.public_url();
    let mut variables = BTreeMap::new();
    let (mut of_type, mut events, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
    for (number, example) in executed.inbound.iter().enumerate() {
        let (view, call) = inbound(number, example, manifest, channel, &subject.address);
        variables.extend(call.variables().into_iter().map(|name| (name.to_owned(), ())));
        match example.kind() {
            Some(kind) => of_type.push((kind, view)),
            None if !view.events.is_empty() => events.push(view),
            None => nothing.push(view),
        }
    }
    let mut to_chat = Vec::new();
    for (number, example) in executed.outbound.iter().enumerate() {
        let (view, call) = outbound(number, example, channel, &public_url);
        variables.extend(call.variables().into_iter().map(|name| (name.to_owned(), ())));
        to_chat.push((example.kind, view));
    }
    let text = executed.inbound.iter().find(|it| it.kind() == Some(ContentType::Text));
    let worked = match text {
        Some(text) => worked(&app.verifier, manifest, channel, &public_url, &text.request).await,
        None => None,
    };
    let (pace, rate) = (profile.delivery.pace.as_ref(), manifest.rate.as_ref());
    let share = at
        .operates()
        .then(|| Share { url: documentation_url(app, channel), revision: channel.revision });
    Documentation {
        base: format!("/channels/{}/documentation", profile.id),
        about: About {
            id: profile.id.clone(),
            name: profile.name.clone(),
            logo: format!("/channels/{}/logo", profile.id),
            adapter: profile.adapter.clone(),
            version: manifest.version.clone(),
            revision: subject.revision().sha256().get(..12).unwrap_or_default().to_owned(),
            summary: manifest.summary.clone(),
            more: manifest.documentation.clone().filter(|url| url.starts_with("https://")),
        },
        exports: variables.keys().map(|name| format!("export {name}='…'\n")).collect(),
        variables: variables.into_keys().map(|name| described(name, subject)).collect(),
        rows: rows(&at, manifest),
        inbound: sections("in", of_type, |view| &view.name),
        events,
        nothing,
        outbound: sections("out", to_chat, |view| &view.name),
        left_out: executed.left_out,
        proof: manifest.verification.as_ref().map(|it| (sentence(it), facts(&at, it))),
        worked,
        handshake: manifest.handshake.as_ref().map(handshake),
        refusals: refusal_views(&at, manifest),
        rejects: manifest.on_invalid == OnInvalid::Reject,
        rate: (pace.is_some() || rate.is_some()).then(|| RateView {
            per_second: pace.and_then(|it| it.per_second).or(rate.map(|it| it.per_second)),
            burst: pace.and_then(|it| it.burst).or(rate.map(|it| it.burst)),
            per_conversation: pace
                .and_then(|it| it.per_conversation_per_second)
                .or(rate.and_then(|it| it.per_conversation_per_second)),
        }),
        form: None,
        tried: None,
        share,
        done: None,
        at,
    }
}

/// What a variable stands for.
fn described(name: String, subject: &Subject) -> Variable {
    let meaning = match name.as_str() {
        "INGRESS_URL" => "doc-variable-ingress",
        "ECLUSA_TOKEN" => "doc-variable-token",
        _ => "",
    };
    let secrets = &subject.manifest().secrets;
    let secret = secrets.iter().find(|secret| variable(&secret.name) == name);
    let made = if secret.is_none() && meaning.is_empty() { "doc-variable-made" } else { meaning };
    Variable { meaning: made, summary: secret.map(|secret| secret.summary.clone()), name }
}

/// The examples by their types; of each, the one that is called as its type comes first.
fn sections<T>(
    prefix: &str,
    examples: Vec<(ContentType, T)>,
    name: impl Fn(&T) -> &str,
) -> Vec<Section<T>> {
    let mut sections: Vec<Section<T>> = Vec::new();
    let mut rest = examples;
    for kind in ContentType::ALL {
        let (mut of_kind, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|(it, _)| *it == kind);
        rest = others;
        let first = of_kind.iter().position(|(_, view)| name(view) == kind.as_str()).unwrap_or(0);
        let first = (first < of_kind.len()).then(|| of_kind.remove(first).1);
        sections.push(Section {
            id: format!("{prefix}-{kind}"),
            name: type_name(kind),
            first,
            others: of_kind.into_iter().map(|(_, view)| view).collect(),
        });
    }
    sections
}
