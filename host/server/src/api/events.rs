//! `GET /v1/events`: what happened, by cursor and long poll.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use eclusa_journal::EventPage;
use eclusa_relay::PlatformEvent;
use serde::{Deserialize, Serialize};

use super::query;
use crate::app::App;
use crate::problem::{ApiProblem, Violation};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventQuery {
    /// The `next` of an earlier answer; without it from the beginning.
    after: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
    /// Seconds to wait for the first event, 0 to 60; default 0.
    #[serde(default)]
    wait: u64,
}

fn default_limit() -> u32 {
    100
}

#[derive(Serialize)]
struct Answer<'a> {
    events: Vec<PlatformEvent<'a>>,
    next: Option<&'a str>,
    more: bool,
}

pub(super) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, ApiProblem> {
    let query: EventQuery = query::read(&uri)?;
    let mut violations = Vec::new();
    if !(1..=500).contains(&query.limit) {
        violations.push(Violation::new("/limit", "expected 1 to 500"));
    }
    if query.wait > 60 {
        violations.push(Violation::new("/wait", "expected 0 to 60 seconds"));
    }
    if !violations.is_empty() {
        return Err(ApiProblem::violations(violations));
    }
    let page = wait_for(&app, &query).await?;
    let channels: Vec<_> =
        page.events.iter().map(|event| app.channels.by_id(&event.channel)).collect();
    let events = page
        .events
        .iter()
        .zip(&channels)
        .map(|(event, active)| {
            PlatformEvent::new(event, active.as_ref().map(|active| &active.channel.profile))
        })
        .collect();
    Ok(Json(Answer { events, next: page.next.as_deref(), more: page.more }).into_response())
}

async fn wait_for(app: &App, query: &EventQuery) -> Result<EventPage, ApiProblem> {
    // Watched before reading, so that no event slips in between.
    let mut latest = app.journal.latest_event();
    let mut stopping = app.stopping.clone();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(query.wait);
    loop {
        latest.mark_unchanged();
        let page = app.journal.events(query.after.clone(), query.limit).await?;
        if !page.events.is_empty() {
            return Ok(page);
        }
        let more = tokio::select! {
            changed = latest.changed() => changed.is_ok(),
            () = tokio::time::sleep_until(deadline) => false,
            _ = stopping.wait_for(|stop| *stop) => false,
        };
        if !more {
            return Ok(page);
        }
    }
}
