//! `GET /adapters/{name}`: one adapter, and all that can be done with it.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_deploy::{AdapterView, RevisionView};
use eclusa_journal::Page;
use eclusa_journal::registry::Deployment;
use serde::Deserialize;

use super::super::badge::Badge;
use super::super::words;
use super::policy::PolicyForm;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::problem::ApiProblem;

/// How many deployments a page has.
const DEPLOYMENTS: u32 = 20;

#[derive(Template)]
#[template(path = "operations/adapter.html")]
struct Show {
    at: Frame,
    view: AdapterView,
    name: String,
    badge: Badge,
    done: Option<&'static str>,
    revisions: Vec<Row>,
    channels: Vec<OnIt>,
    deployments: Vec<Came>,
    /// The last one, where there are more.
    more: Option<String>,
    policy: PolicyForm,
}

/// A revision in the table.
struct Row {
    sha256: String,
    short: String,
    badge: Badge,
    version: String,
    size: String,
    added_at: Option<String>,
    /// Who brought it, where that is known.
    actor: String,
    calls: String,
    failures: u64,
    p50: String,
    p95: String,
    memory: String,
    /// It is ready and does not serve.
    can_serve: bool,
}

/// A channel on the adapter.
struct OnIt {
    id: String,
    name: String,
    revision: String,
    /// The text that says why it is on that revision.
    how: &'static str,
    pinned: bool,
    /// What it lacks, where it is held.
    missing: Vec<String>,
}

/// A deployment in the list.
struct Came {
    id: String,
    short: String,
    badge: Badge,
    actor: String,
    created_at: String,
    reason: String,
}

impl Show {
    /// What the revision that serves says of itself.
    fn summary(&self) -> &str {
        self.view.active.as_ref().map_or("", |active| active.manifest().summary.as_str())
    }

    fn short(&self, sha256: &str) -> String {
        words::revision(sha256)
    }

    /// Where a rollback leads: what is kept and served before, the last one first.
    fn before(&self) -> Vec<String> {
        let record = &self.view.record;
        let kept = |sha256: &&String| record.kept.iter().any(|it| it.sha256 == **sha256);
        let mut before: Vec<String> = Vec::new();
        for sha256 in record.history.iter().rev().map(|it| &it.revision).filter(kept) {
            let serves = record.active.as_ref().is_some_and(|it| it.revision == *sha256);
            if !serves && !before.contains(sha256) {
                before.push(sha256.clone());
            }
        }
        before
    }

    /// What a rollback takes back.
    fn serves(&self) -> &str {
        let record = &self.view.record;
        let canary = record.canary.as_ref().map(|it| it.candidate.as_str());
        canary.or(record.active.as_ref().map(|it| it.revision.as_str())).unwrap_or_default()
    }
}

/// What an earlier page says, and which deployments.
#[derive(Deserialize)]
pub(super) struct Asked {
    done: Option<String>,
    before: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    let view = app.deployer.adapter(&name).await?;
    let policy = PolicyForm::new(&view.record.policy);
    written(&app, visitor.frame, view, asked, policy, StatusCode::OK).await
}

/// The same where a policy was refused.
pub(super) async fn with_policy(
    app: &App,
    at: Frame,
    name: &str,
    policy: PolicyForm,
    status: StatusCode,
) -> Result<Response, ApiProblem> {
    let view = app.deployer.adapter(name).await?;
    written(app, at, view, Asked { done: None, before: None }, policy, status).await
}

async fn written(
    app: &App,
    at: Frame,
    view: AdapterView,
    Asked { done, before }: Asked,
    policy: PolicyForm,
    status: StatusCode,
) -> Result<Response, ApiProblem> {
    let name = view.record.name.clone();
    let window = Page { channel: None, before, limit: DEPLOYMENTS };
    let deployments = app.deployer.deployments(Some(name.clone()), window).await?;
    let full = deployments.len() == DEPLOYMENTS as usize;
    let more = deployments.last().filter(|_| full).map(|last| last.id.clone());
    let actors: HashMap<&str, &str> =
        deployments.iter().rev().map(|it| (it.revision.as_str(), it.actor.as_str())).collect();
    let show = Show {
        badge: Badge::of_adapter(&view),
        done: done.as_deref().and_then(done_key),
        revisions: view.revisions.iter().map(|it| row(&at, it, &actors)).collect(),
        channels: channels(app, &view),
        deployments: deployments.iter().map(came).collect(),
        more,
        policy,
        name,
        view,
        at,
    };
    Ok(page(status, &show))
}

fn done_key(done: &str) -> Option<&'static str> {
    Some(match done {
        "approved" => "adapter-done-approved",
        "declined" => "adapter-done-declined",
        "activated" => "adapter-done-activated",
        "rolled-back" => "adapter-done-rolled-back",
        "pinned" => "adapter-done-pinned",
        "unpinned" => "adapter-done-unpinned",
        "policy" => "adapter-done-policy",
        _ => return None,
    })
}

fn row(at: &Frame, it: &RevisionView, actors: &HashMap<&str, &str>) -> Row {
    let dash = || "–".to_owned();
    let figures = it.figures.as_ref().filter(|figures| figures.calls + figures.failures > 0);
    let micros = |us: Option<u64>| us.map_or_else(dash, |us| words::micros(at.language, us as f64));
    Row {
        short: words::revision(&it.revision),
        badge: Badge::of_role(it.role),
        version: it.version.clone().unwrap_or_else(dash),
        size: it.bytes.map_or_else(dash, |bytes| words::bytes(at.language, bytes)),
        added_at: it.added_at.clone(),
        actor: actors
            .get(it.revision.as_str())
            .map(|actor| (*actor).to_owned())
            .unwrap_or_default(),
        calls: figures.map_or_else(dash, |figures| figures.calls.to_string()),
        failures: figures.map_or(0, |figures| figures.failures),
        p50: micros(figures.and_then(|figures| figures.p50_us)),
        p95: micros(figures.and_then(|figures| figures.p95_us)),
        memory: figures.map_or_else(dash, |it| words::bytes(at.language, it.memory_bytes as u64)),
        can_serve: !matches!(it.role, "active" | "draining"),
        sha256: it.revision.clone(),
    }
}

fn channels(app: &App, view: &AdapterView) -> Vec<OnIt> {
    let record = &view.record;
    let on = app.channels.on(&record.name);
    on.iter()
        .map(|channel| {
            let id = &channel.profile.id;
            let hold = record.holds.get(id);
            let route = app.route(channel);
            OnIt {
                id: id.clone(),
                name: channel.profile.name.clone(),
                revision: route
                    .map_or_else(String::new, |it| words::revision(it.revision().sha256())),
                how: match (record.pins.contains_key(id), hold) {
                    (true, _) => "channel-pinned",
                    (false, Some(_)) => "channel-held",
                    (false, None) => "channel-follows",
                },
                pinned: record.pins.contains_key(id),
                missing: hold.map_or_else(Vec::new, |hold| {
                    hold.missing.iter().map(|(at, why)| format!("{at}: {why}")).collect()
                }),
            }
        })
        .collect()
}

fn came(it: &Deployment) -> Came {
    Came {
        id: it.id.clone(),
        short: words::revision(&it.revision),
        badge: Badge::of_deployment(it.state),
        actor: it.actor.clone(),
        created_at: it.created_at.clone(),
        reason: it.reason.as_ref().map(|reason| reason.message.clone()).unwrap_or_default(),
    }
}
