//! `/flows/new` and `/flows/{id}`: a flow is written, checked and tried out.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::FlowRecord;
use serde::Deserialize;
use serde_json::Value;

use super::super::frame::Frame;
use super::super::html::{go_to, page};
use super::super::message::Shown;
use super::super::posted::Fields;
use super::super::visitor::{Posted, Visitor};
use super::super::wrong::Wrong;
use super::blank::Blanks;
use super::block::Block;
use super::checked::{self, Checked, Line};
use super::draft::{Draft, Edit, Sent};
use super::outline::outline;
use super::simulator::{Played, Simulator, Told};
use crate::api::{Zone, channels_of_flow, expect_revision, find_flow, read_json, save_flow, slug};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

/// A form has room for so many fields; a larger flow is written as JSON alone.
const MOST_FIELDS: usize = 800;

#[derive(Template)]
#[template(path = "flows/edit.html")]
struct Show<'a> {
    at: &'a Frame,
    /// `None` for a new one.
    id: Option<&'a str>,
    name: String,
    revision: String,
    /// Ids and names of the channels on which it runs.
    channels: Vec<(String, String)>,
    /// The draft as the form keeps it, and as people read it.
    document: String,
    json: String,
    /// Why the text of JSON is none.
    not_json: Option<String>,
    cards: Vec<Block<'a>>,
    /// It has more fields than a form.
    large: bool,
    /// All that is wrong with it, once it was asked for.
    errors: Vec<Line>,
    checked: bool,
    wrong: Option<Wrong>,
    saved: bool,
    simulator: Simulator,
    played: Option<Played>,
}

/// What an earlier page says, and what a new flow is made from.
#[derive(Deserialize)]
pub(super) struct Asked {
    done: Option<String>,
    from: Option<String>,
}

/// What a page is about: a flow that there is, or none yet.
struct Subject<'a> {
    id: Option<&'a str>,
    name: &'a str,
    revision: String,
    channels: Vec<(String, String)>,
}

impl<'a> Subject<'a> {
    fn of(app: &App, flow: Option<&'a FlowRecord>) -> Self {
        let id = flow.map(|flow| flow.document.id.as_str());
        let named = |id: String| {
            let found = app.channels.by_id(&id);
            let name = found.map(|it| it.channel.profile.name.clone());
            (id, name.unwrap_or_default())
        };
        let channels = id.map(|id| channels_of_flow(app, id)).unwrap_or_default();
        Self {
            id,
            name: flow.map_or("", |flow| flow.document.name.as_str()),
            revision: flow.map_or(0, |flow| flow.revision).to_string(),
            channels: channels.into_iter().map(named).collect(),
        }
    }
}

/// `GET /flows/new`; `?from=` is a flow that it is a copy of.
pub(super) async fn begin(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Operate)?;
    let at = visitor.frame;
    let draft = match asked.from {
        Some(id) => {
            let mut copied = draft_of(&find_flow(&app, &id).await?);
            copied.put("id", "");
            copied.put("name", "");
            copied
        }
        None => Draft::new(Blanks::new(&at).flow(&at)),
    };
    let sent = Sent::Draft(draft);
    let simulator = simulator(&app, &at, &Fields::default(), sent.draft());
    Ok(page(StatusCode::OK, &written(&at, Subject::of(&app, None), sent, simulator, None)))
}

/// `GET /flows/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let flow = find_flow(&app, &id).await?;
    let at = visitor.frame;
    let sent = Sent::Draft(draft_of(&flow));
    let simulator = simulator(&app, &at, &Fields::default(), sent.draft());
    let shown = written(&at, Subject::of(&app, Some(&flow)), sent, simulator, None);
    let saved = asked.done.as_deref() == Some("saved");
    Ok(page(StatusCode::OK, &Show { saved, checked: true, ..shown }))
}

/// `POST /flows/new`.
pub(super) async fn create(State(app): State<App>, posted: Posted) -> Result<Response, ApiProblem> {
    taken(&app, None, posted).await
}

/// `POST /flows/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let flow = find_flow(&app, &id).await?;
    taken(&app, Some(flow), posted).await
}

/// Does what the button says that sent the form.
async fn taken(
    app: &App,
    flow: Option<FlowRecord>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let Posted { visitor, fields } = posted;
    let button = fields.get("do").unwrap_or_default();
    let mut sent = Draft::sent(&fields);
    if let Some(edit) = Edit::of(button) {
        sent.draft_mut().edit(edit, &Blanks::new(&visitor.frame));
    }
    let mut status = StatusCode::OK;
    let mut wrong = None;
    if button == "save" && !matches!(sent, Sent::NoJson { .. }) {
        let actor = visitor.actor(Permission::Operate)?;
        match saved(app, flow.as_ref(), sent.draft_mut(), &fields, actor).await {
            Ok(id) => return Ok(go_to(&format!("/flows/{id}?done=saved"))),
            Err(problem) if problem.status().is_client_error() => {
                status = problem.status();
                // What is wrong with single fields is told where they are.
                let whole = problem.wrong_fields().is_empty();
                wrong = whole.then(|| Wrong::new(&visitor.frame, &problem));
            }
            Err(problem) => return Err(problem),
        }
    }
    let at = visitor.frame;
    let mut simulator = simulator(app, &at, &fields, sent.draft());
    if let Some(pressed) = button.strip_prefix("sim:") {
        simulator.press(pressed, checked::runnable(sent.draft()).as_ref());
    }
    let subject = Subject::of(app, flow.as_ref());
    let shown = written(&at, subject, sent, simulator, Some(button));
    // Sent again, it must not pass over what somebody else has changed.
    let revision = fields.get("revision").unwrap_or_default().to_owned();
    Ok(page(status, &Show { revision, wrong, ..shown }))
}

async fn saved(
    app: &App,
    before: Option<&FlowRecord>,
    draft: &mut Draft,
    fields: &Fields,
    actor: &str,
) -> Result<String, ApiProblem> {
    if let Some(before) = before {
        expect_revision(before.revision, fields.get("revision").unwrap_or_default(), "flow")?;
        draft.put("id", before.document.id.clone());
    } else if draft.text("id").trim().is_empty() {
        draft.put("id", slug(draft.text("name")));
    }
    let document = read_json(&draft.json().to_string().into())?;
    Ok(save_flow(app, document, before, actor).await?.document.id)
}

fn draft_of(flow: &FlowRecord) -> Draft {
    Draft::new(serde_json::to_value(&flow.document).unwrap_or_default())
}

/// The simulator, on the clocks of the flow.
fn simulator(app: &App, at: &Frame, fields: &Fields, draft: &Draft) -> Simulator {
    let zone =
        draft.json().pointer("/hours/time_zone").and_then(Value::as_str).and_then(Zone::named);
    Simulator::sent(fields, zone.unwrap_or_else(|| at.zone()), app.clock.now_ms())
}

/// The page; with the button that asked for it, what is wrong is told.
fn written<'a>(
    at: &'a Frame,
    subject: Subject<'a>,
    sent: Sent,
    mut simulator: Simulator,
    button: Option<&str>,
) -> Show<'a> {
    let (draft, typed) = match sent {
        Sent::Draft(draft) => (draft, None),
        Sent::NoJson { draft, typed, error } => (draft, Some((typed, error))),
    };
    let found: Checked = checked::check(at, &draft);
    let mut cards = outline(at, draft.json(), subject.id.is_none());
    let large = cards.iter().map(Block::size).sum::<usize>() > MOST_FIELDS;
    if large {
        cards.clear();
    }
    // Who only adds a part has not finished it.
    let tells = matches!(button, Some("save" | "check"));
    let errors = if tells { found.tell(&mut cards) } else { Vec::new() };
    let played = checked::runnable(&draft).and_then(|flow| simulator.play(at, &flow));
    let pretty = serde_json::to_string_pretty(draft.json()).unwrap_or_default();
    let (json, not_json) = match typed {
        Some((typed, error)) => (typed, Some(error)),
        None => (pretty, None),
    };
    Show {
        at,
        id: subject.id,
        name: subject.name.to_owned(),
        revision: subject.revision,
        channels: subject.channels,
        document: draft.json().to_string(),
        json,
        not_json,
        cards,
        large,
        errors,
        checked: tells,
        wrong: None,
        saved: false,
        simulator,
        played,
    }
}
