//! `GET /traffic/events`: what changes on the page, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::show::Now;
use crate::app::App;
use crate::console::visitor::{SignInFirst, Visitor};
use crate::problem::ApiProblem;

/// So often something is sent though nothing goes through: rates fall, and whoever is
/// in between sees that both still talk.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// No page is written anew more often than this.
const CALM: Duration = Duration::from_secs(1);

/// Somebody who watches.
struct Watcher {
    app: App,
    visitor: Visitor,
    changes: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    calm: Instant,
    over: bool,
    _place: OwnedSemaphorePermit,
}

/// The stream. It ends with the session, and with the server.
pub(super) async fn events(
    State(app): State<App>,
    visitor: Result<Visitor, SignInFirst>,
) -> Result<Response, ApiProblem> {
    let Ok(visitor) = visitor else {
        let over = stream::iter([Ok::<_, Infallible>(Event::default().event("over").data(""))]);
        return Ok(Sse::new(over).into_response());
    };
    let place = Arc::clone(&app.watching).try_acquire_owned().map_err(|_| {
        ApiProblem::unavailable("busy", "as many pages of live traffic are open as can be", 10)
    })?;
    let watcher = Watcher {
        changes: app.live.changes(),
        stopping: app.stopping.clone(),
        calm: Instant::now(),
        over: false,
        _place: place,
        visitor,
        app,
    };
    Ok(Sse::new(stream::unfold(watcher, next)).into_response())
}

/// The next event, and who waits for the one after it.
async fn next(mut watcher: Watcher) -> Option<(Result<Event, Infallible>, Watcher)> {
    if watcher.over || *watcher.stopping.borrow() {
        return None;
    }
    let calm = watcher.calm;
    tokio::select! {
        _ = watcher.stopping.wait_for(|stop| *stop) => return None,
        () = tokio::time::sleep_until(calm + HEARTBEAT) => {}
        // What goes through meanwhile is told at once when it was calm for long enough.
        changed = async {
            tokio::time::sleep_until(calm).await;
            watcher.changes.changed().await
        } => changed.ok()?,
    }
    if !watcher.visitor.is_still_there(&watcher.app) {
        watcher.over = true;
        return Some((Ok(Event::default().event("over").data("")), watcher));
    }
    watcher.calm = Instant::now() + CALM;
    let now = Now::new(&watcher.app, &watcher.visitor.frame).render().unwrap_or_default();
    // A line break ends a line of the stream; axum refuses others.
    let event = Event::default().event("now").data(now.replace('\r', " "));
    Some((Ok(event), watcher))
}
