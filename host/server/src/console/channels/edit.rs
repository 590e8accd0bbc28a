//! `/channels/new` and `/channels/{id}/edit`: the form of a channel.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use eclusa_journal::FlowSummary;
use eclusa_model::{Channel, Manifest};
use serde::Deserialize;

use super::super::field::Kind;
use super::super::frame::Frame;
use super::super::html::{go_to, page};
use super::super::visitor::{Posted, Visitor};
use super::super::wrong::Wrong;
use super::form::{Form, channel_json};
use crate::api::{as_logo, expect_revision, find_channel, read_json, save, set_logo};
use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

/// Which adapter the form is for.
#[derive(Deserialize)]
pub(super) struct Chosen {
    adapter: Option<String>,
}

/// An adapter to choose.
struct Offer {
    name: String,
    summary: String,
    version: String,
}

#[derive(Template)]
#[template(path = "channels/choose.html")]
struct Choose {
    at: Frame,
    offers: Vec<Offer>,
    /// The channel that is to change its adapter.
    changes: Option<(String, String)>,
    current: String,
}

#[derive(Template)]
#[template(path = "channels/edit.html")]
struct Edit {
    at: Frame,
    /// `None` for a new one.
    id: Option<String>,
    name: String,
    adapter: String,
    summary: String,
    revision: u64,
    form: Form,
    wrong: Option<Wrong>,
}

fn offers(app: &App) -> Vec<Offer> {
    let routes = app.deployer.routes();
    let named = routes.names().into_iter().filter_map(|name| Some((routes.active(&name)?, name)));
    named
        .map(|(revision, name)| {
            let manifest = revision.manifest();
            Offer { name, summary: manifest.summary.clone(), version: manifest.version.clone() }
        })
        .collect()
}

/// The flows to choose from: as many as a list can be used with.
async fn flows(app: &App) -> Result<Vec<FlowSummary>, ApiProblem> {
    Ok(app.flows.flows(None, 500).await?)
}

/// What an adapter says of itself.
fn manifest(app: &App, adapter: &str) -> Result<Manifest, ApiProblem> {
    let active = app.deployer.routes().active(adapter);
    let active = active.ok_or_else(|| ApiProblem::not_found("adapter", adapter))?;
    Ok(active.manifest().clone())
}

/// `GET /channels/new`: first the adapter, then the form that it needs.
pub(super) async fn begin(
    State(app): State<App>,
    Query(chosen): Query<Chosen>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Operate)?;
    let at = visitor.frame;
    let Some(adapter) = chosen.adapter else {
        let choose = Choose { at, offers: offers(&app), changes: None, current: String::new() };
        return Ok(page(StatusCode::OK, &choose));
    };
    let manifest = manifest(&app, &adapter)?;
    let form = Form::new(&at, &adapter, &manifest, None, &flows(&app).await?);
    Ok(page(StatusCode::OK, &edit(at, &adapter, &manifest, None, form, None)))
}

/// `GET /channels/{id}/edit`. `?adapter=` is the form for another adapter;
/// `?adapter` alone chooses one.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
    visitor: Visitor,
) -> Result<Response, ApiProblem> {
    visitor.actor(Permission::Operate)?;
    let channel = find_channel(&app, &id)?;
    let at = visitor.frame;
    let adapter = chosen.adapter.unwrap_or_else(|| channel.profile.adapter.clone());
    if adapter.is_empty() {
        let changes = Some((id, channel.profile.name.clone()));
        let current = channel.profile.adapter.clone();
        return Ok(page(StatusCode::OK, &Choose { at, offers: offers(&app), changes, current }));
    }
    let manifest = manifest(&app, &adapter)?;
    let form = Form::new(&at, &adapter, &manifest, Some(&channel), &flows(&app).await?);
    Ok(page(StatusCode::OK, &edit(at, &adapter, &manifest, Some(&channel), form, None)))
}

fn edit(
    at: Frame,
    adapter: &str,
    manifest: &Manifest,
    before: Option<&Channel>,
    form: Form,
    wrong: Option<Wrong>,
) -> Edit {
    Edit {
        at,
        id: before.map(|before| before.profile.id.clone()),
        name: before.map(|before| before.profile.name.clone()).unwrap_or_default(),
        adapter: adapter.to_owned(),
        summary: manifest.summary.clone(),
        revision: before.map_or(0, |before| before.revision),
        form,
        wrong,
    }
}

/// `POST /channels/new`.
pub(super) async fn create(State(app): State<App>, posted: Posted) -> Result<Response, ApiProblem> {
    taken(&app, None, posted).await
}

/// `POST /channels/{id}/edit`.
pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let channel = find_channel(&app, &id)?;
    taken(&app, Some(channel), posted).await
}

/// Saves what was sent, or shows it again with what is wrong.
async fn taken(
    app: &App,
    before: Option<Arc<Channel>>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    posted.visitor.actor(Permission::Operate)?;
    let adapter = posted.fields.get("/adapter").unwrap_or_default().to_owned();
    let manifest = manifest(app, &adapter)?;
    let before = before.as_deref();
    match saved(app, &manifest, before, &posted).await {
        Ok(Saved { channel, logo }) => {
            let done = match (logo, before) {
                (Err(_), _) => "no-logo",
                (Ok(()), Some(_)) => "changed",
                (Ok(()), None) => "created",
            };
            Ok(go_to(&format!("/channels/{}?done={done}", channel.profile.id)))
        }
        Err(problem) if problem.status().is_client_error() => {
            let at = posted.visitor.frame;
            let wrong = Wrong::new(&at, &problem);
            let form = Form::new(&at, &adapter, &manifest, before, &flows(app).await?);
            let form = form.refused(&at, &posted.fields, &wrong);
            let edit = edit(at, &adapter, &manifest, before, form, Some(wrong));
            // The revision that the form was made from: sent again, it must not
            // pass over what somebody else has changed.
            let revision = posted.fields.get("revision").and_then(|text| text.parse().ok());
            let edit = Edit { revision: revision.unwrap_or_default(), ..edit };
            Ok(page(problem.status(), &edit))
        }
        Err(problem) => Err(problem),
    }
}

/// A channel that was saved.
struct Saved {
    channel: Channel,
    /// Whether it has the logo that it was given: that is a commit of its own.
    logo: Result<(), ApiProblem>,
}

async fn saved(
    app: &App,
    manifest: &Manifest,
    before: Option<&Channel>,
    posted: &Posted,
) -> Result<Saved, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let fields = &posted.fields;
    if let Some(before) = before {
        expect_revision(before.revision, fields.get("revision").unwrap_or_default(), "channel")?;
    }
    // Before anything is saved: a channel without the logo that it was given would
    // be half of what was asked for.
    let logo = match fields.file("/logo") {
        Some(picture) => {
            Some(as_logo(app, picture.clone()).await.map_err(|problem| problem.at("/logo"))?)
        }
        None => None,
    };
    let json = channel_json(fields, manifest, before);
    let channel = save(app, read_json(&json.to_string().into())?, before, actor).await?;
    let logo = match logo {
        Some(logo) => set_logo(app, channel.profile.id.clone(), logo, actor).await,
        None => Ok(()),
    };
    Ok(Saved { channel, logo })
}
