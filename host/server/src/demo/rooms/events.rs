//! `GET /demo/rooms/{chat}/events`: what is said, for a sample page, by server-sent
//! events. A page that comes again gets what it has missed.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};

use super::history::Said;
use super::{Chats, is_chat};
use crate::problem::ApiProblem;

const HEARTBEAT: Duration = Duration::from_secs(15);

/// Which conversation.
#[derive(Deserialize)]
pub(super) struct Room {
    /// All of them, where none is named: colleagues see all rooms.
    conversation: Option<String>,
}

/// A page that is told what is said.
struct Reader {
    missed: VecDeque<Said>,
    news: broadcast::Receiver<Said>,
    chat: String,
    room: Room,
    stopping: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

/// The stream.
pub(super) async fn events(
    State(Chats { app, rooms, watchers }): State<Chats>,
    Path(chat): Path<String>,
    Query(room): Query<Room>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    // Only colleagues see what others talk about.
    if !is_chat(&chat) || (room.conversation.is_none() && chat != "team") {
        return Err(ApiProblem::not_found("chat", &chat));
    }
    let place = watchers.try_acquire_owned().map_err(|_| {
        ApiProblem::unavailable("busy", "as many sample pages are open as can be", 10)
    })?;
    // Numbers of another process are none of ours: such a page gets all.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let last = last.and_then(|id| id.strip_prefix(run(&app).as_str())?.parse().ok());
    let (missed, news) = rooms.after(last.unwrap_or(0), |said| is_asked(&chat, &room, said));
    let run = run(&app);
    let reader = Reader {
        missed: missed.into(),
        news,
        chat,
        room,
        stopping: app.stopping.clone(),
        _place: place,
    };
    let stream = stream::unfold(reader, move |mut reader| {
        let run = run.clone();
        async move {
            let said = next(&mut reader).await?;
            let event =
                Event::default().id(format!("{run}{}", said.number)).data(said.message.to_string());
            Some((Ok::<_, Infallible>(event), reader))
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// What the ids of events begin with in this process.
fn run(app: &crate::app::App) -> String {
    format!("{}-", app.watchers.run())
}

fn is_asked(chat: &str, room: &Room, said: &Said) -> bool {
    said.chat == chat && room.conversation.as_ref().is_none_or(|it| *it == said.conversation)
}

/// The next message; nothing once the server stops, or where the page was too slow: it
/// comes again then.
async fn next(reader: &mut Reader) -> Option<Said> {
    if let Some(said) = reader.missed.pop_front() {
        return Some(said);
    }
    loop {
        let said = tokio::select! {
            said = reader.news.recv() => said.ok()?,
            _ = reader.stopping.wait_for(|stop| *stop) => return None,
        };
        if is_asked(&reader.chat, &reader.room, &said) {
            return Some(said);
        }
    }
}
