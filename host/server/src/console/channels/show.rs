//! `GET /channels/{id}`: one channel, and all that can be done with it.

use askama::Template;
use axum::extract::{Path, Query, State as AppState};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::MessageState;
use eclusa_model::Channel;
use eclusa_relay::WaitingLane;
use serde::Deserialize;

use super::super::frame::Frame;
use super::super::html::page;
use super::super::sight::{hard_to_see, hard_to_tell_apart};
use super::super::visitor::Visitor;
use super::super::wrong::Wrong;
use super::card::{Card, State, is_unverified};
use crate::api::{find_channel, ingress_url};
use crate::app::App;
use crate::problem::ApiProblem;

/// How many waiting conversations the page tells of.
const WAITING: usize = 5;

#[derive(Template)]
#[template(path = "channels/show.html")]
struct Show {
    at: Frame,
    card: Card,
    facts: Facts,
    done: Option<&'static str>,
    waiting: Vec<WaitingLane>,
    test: Test,
    test_wrong: Option<Wrong>,
}

/// What stands in a channel, without what is secret.
struct Facts {
    description: String,
    /// Where requests go.
    url: Option<String>,
    /// The flow's id, and whether Eclusa runs it.
    flow: Option<(String, bool)>,
    headers: Vec<String>,
    secrets: Vec<String>,
    /// For those who may change the channel.
    ingress_url: Option<String>,
    previous_until: Option<String>,
    revision: u64,
    unverified: bool,
    /// The text that names the theme where its colour is hard to see.
    faint: Option<(&'static str, String)>,
    /// Channels whose colours some people take for this one's.
    alike: Vec<String>,
}

/// The form of the test message, and what became of the last one.
#[derive(Default)]
pub(super) struct Test {
    pub(super) conversation: String,
    pub(super) body: String,
    pub(super) starts: bool,
    pub(super) wrong: Option<ApiProblem>,
    pub(super) message: Option<Sent>,
}

/// A test message that was sent.
pub(super) struct Sent {
    /// The text that names its state.
    pub(super) state: &'static str,
    pub(super) id: String,
    /// Why it failed.
    pub(super) problem: Option<String>,
    /// Its state is its last.
    pub(super) over: bool,
}

/// What an earlier page says.
#[derive(Deserialize)]
pub(super) struct Before {
    done: Option<String>,
    test: Option<String>,
}

/// The page.
pub(super) async fn show(
    AppState(app): AppState<App>,
    Path(id): Path<String>,
    Query(Before { done, test }): Query<Before>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let message = match test {
        Some(message) => sent(&app, &id, message).await?,
        None => None,
    };
    let test = Test { message, ..Test::default() };
    written(&app, &id, visitor, test, done.as_deref()).await
}

/// The same where a test message was refused.
pub(super) async fn with_test(
    app: &App,
    id: &str,
    visitor: Visitor,
    test: Test,
) -> Result<Response, ApiProblem> {
    let status = test.wrong.as_ref().map_or(StatusCode::OK, ApiProblem::status);
    let mut page = written(app, id, visitor, test, None).await?;
    *page.status_mut() = status;
    Ok(page)
}

async fn written(
    app: &App,
    id: &str,
    visitor: Visitor,
    test: Test,
    done: Option<&str>,
) -> Result<Response, ApiProblem> {
    let channel = find_channel(app, id)?;
    let at = visitor.frame;
    let waiting = app.relay.waiting(id, 0, WAITING).await?.lanes;
    let test_wrong = test.wrong.as_ref().map(|problem| Wrong::new(&at, problem));
    let show = Show {
        card: Card::new(app, &channel),
        facts: facts(app, &channel, at.operates()),
        done: done.and_then(done_key),
        waiting,
        test,
        test_wrong,
        at,
    };
    Ok(page(StatusCode::OK, &show))
}

fn done_key(done: &str) -> Option<&'static str> {
    Some(match done {
        "created" => "done-created",
        "changed" => "done-changed",
        "no-logo" => "done-no-logo",
        "paused" => "done-paused",
        "resumed" => "done-resumed",
        "rotated" => "done-rotated",
        _ => return None,
    })
}

fn facts(app: &App, channel: &Channel, operates: bool) -> Facts {
    let profile = &channel.profile;
    let route = app.route(channel);
    let default_url = route.and_then(|route| route.revision().manifest().default_url.clone());
    let previous = channel.previous_ingress.as_ref();
    let previous = previous.filter(|previous| app.clock.now_ms() < previous.until_ms);
    let others = app.channels.all();
    let others = others.iter().map(|active| &active.channel.profile);
    Facts {
        description: profile.description.clone(),
        url: profile.url.clone().or(default_url),
        flow: profile.flow.clone().map(|flow| (flow, profile.own_flow().is_some())),
        headers: channel.headers.keys().cloned().collect(),
        secrets: channel.secrets.keys().cloned().collect(),
        ingress_url: operates.then(|| ingress_url(app, channel)),
        previous_until: previous.map(|previous| eclusa_journal::rfc3339(previous.until_ms)),
        revision: channel.revision,
        unverified: is_unverified(app, channel),
        faint: hard_to_see(&profile.color)
            .map(|(theme, contrast)| (theme, format!("{contrast:.1}"))),
        alike: others
            .filter(|other| other.id != profile.id)
            .filter(|other| hard_to_tell_apart(&profile.color, &other.color))
            .map(|other| other.name.clone())
            .collect(),
    }
}

/// What became of a test message of this channel.
async fn sent(app: &App, channel: &str, id: String) -> Result<Option<Sent>, ApiProblem> {
    let record = app.journal.message(id).await?.filter(|record| record.channel == channel);
    Ok(record.map(|record| {
        let state = match record.state {
            MessageState::Mapped | MessageState::Pushed | MessageState::Queued => "state-queued",
            MessageState::Sent => "state-sent",
            MessageState::Delivered => "state-delivered",
            MessageState::Read => "state-read",
            MessageState::Failed => "state-failed",
        };
        let last = record.attempts.last().and_then(|attempt| attempt.problem.as_ref());
        let problem = record.problem.as_ref().or(last).map(ToString::to_string);
        Sent { state, id: record.id, problem, over: state != "state-queued" }
    }))
}
