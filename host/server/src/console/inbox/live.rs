//! `GET /inbox/events`: tells a page of the inbox that there is something new, by
//! server-sent events. What it is, the page then reads itself.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::super::visitor::{SignInFirst, Visitor};
use crate::app::App;
use crate::auth::random_hex;
use crate::problem::ApiProblem;

/// So many pages are told of news at once, of all sessions.
const PLACES: usize = 256;

/// So many of one session: tabs of one browser.
const OF_SESSION: usize = 12;

/// So often is looked whether the session is still there, and something sent, so that
/// whoever is in between sees that both still talk.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// No page is told more often than this: a page reads all that is new at once.
const CALM: Duration = Duration::from_millis(700);

/// Who is told of news.
pub(crate) struct Watchers {
    /// This process: what the last one has counted means nothing.
    run: String,
    places: Arc<Mutex<HashMap<String, usize>>>,
}

impl Watchers {
    pub(crate) fn new() -> Self {
        Self { run: random_hex::<4>(), places: Arc::default() }
    }

    /// What a page that is written now shows.
    pub(super) fn seen(&self, app: &App) -> String {
        self.position(*app.attendances.inbox_changes().borrow())
    }

    /// What tells this process from others.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    fn position(&self, count: u64) -> String {
        format!("{}-{count}", self.run)
    }

    fn enter(&self, session: &str) -> Option<Place> {
        let mut places = self.places.lock();
        let all: usize = places.values().sum();
        let own = places.get(session).copied().unwrap_or_default();
        if all >= PLACES || own >= OF_SESSION {
            return None;
        }
        places.insert(session.to_owned(), own + 1);
        Some(Place { places: Arc::clone(&self.places), session: session.to_owned() })
    }
}

/// One of the places, until it is dropped.
struct Place {
    places: Arc<Mutex<HashMap<String, usize>>>,
    session: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.lock();
        match places.get_mut(&self.session) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(places.remove(&self.session)),
        }
    }
}

/// What a page shows already.
#[derive(Deserialize)]
pub(super) struct Before {
    #[serde(default)]
    seen: String,
}

/// Somebody who is told of news.
struct Watcher {
    app: App,
    visitor: Visitor,
    changes: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    seen: String,
    /// Not earlier than this they are told again.
    calm: Instant,
    over: bool,
    _place: Place,
}

/// The stream. It ends with the session, and with the server; a page that comes again
/// is told at once where it has missed something.
pub(super) async fn events(
    State(app): State<App>,
    Query(Before { seen }): Query<Before>,
    headers: HeaderMap,
    visitor: Result<Visitor, SignInFirst>,
) -> Result<Response, ApiProblem> {
    // A browser that comes again names what it was told last.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let seen = last.map_or(seen, str::to_owned);
    let Ok(visitor) = visitor else {
        let over = stream::iter([Ok::<_, Infallible>(over())]);
        return Ok(Sse::new(over).into_response());
    };
    let place = app.watchers.enter(visitor.session()).ok_or_else(|| {
        ApiProblem::unavailable("busy", "as many pages of the inbox are open as can be", 10)
    })?;
    let watcher = Watcher {
        changes: app.attendances.inbox_changes(),
        stopping: app.stopping.clone(),
        calm: Instant::now(),
        over: false,
        _place: place,
        visitor,
        seen,
        app,
    };
    Ok(Sse::new(stream::unfold(watcher, next)).into_response())
}

/// Says that nothing follows. Browsers drop events without data.
fn over() -> Event {
    Event::default().event("over").data("over")
}

/// The next event, and who waits for the one after it.
async fn next(mut watcher: Watcher) -> Option<(Result<Event, Infallible>, Watcher)> {
    if watcher.over || *watcher.stopping.borrow() {
        return None;
    }
    let heartbeat = Instant::now() + HEARTBEAT;
    loop {
        let count = *watcher.changes.borrow_and_update();
        let now = watcher.app.watchers.position(count);
        let has_news = now != watcher.seen;
        let wait = if has_news { watcher.calm } else { heartbeat };
        if !has_news || Instant::now() < wait {
            tokio::select! {
                _ = watcher.stopping.wait_for(|stop| *stop) => return None,
                () = tokio::time::sleep_until(wait) => {}
                changed = watcher.changes.changed(), if !has_news => match changed {
                    Ok(()) => continue,
                    Err(_) => return None,
                },
            }
        }
        if !watcher.visitor.is_still_there(&watcher.app) {
            watcher.over = true;
            return Some((Ok(over()), watcher));
        }
        if !has_news {
            return Some((Ok(Event::default().comment("")), watcher));
        }
        // What came while it was calm is told with it.
        let count = *watcher.changes.borrow_and_update();
        watcher.seen = watcher.app.watchers.position(count);
        watcher.calm = Instant::now() + CALM;
        let event = Event::default().event("news").id(watcher.seen.clone()).data("news");
        return Some((Ok(event), watcher));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_for_all_and_for_each() {
        let watchers = Watchers::new();
        let mut own: Vec<_> = (0..OF_SESSION).map(|_| watchers.enter("a").unwrap()).collect();
        assert!(watchers.enter("a").is_none());
        own.pop();
        own.push(watchers.enter("a").unwrap());
        let mut others = Vec::new();
        for session in 0.. {
            match watchers.enter(&format!("s{session}")) {
                Some(place) => others.push(place),
                None => break,
            }
        }
        assert_eq!(own.len() + others.len(), PLACES);
        drop((own, others));
        assert!(watchers.places.lock().is_empty(), "nothing is kept of who has left");
    }
}
