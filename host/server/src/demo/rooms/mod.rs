//! The chats of the sample pages: what a company's own server would do. It keeps what
//! was said, hands it to Eclusa and to the pages, and takes what Eclusa sends.

mod events;
mod files;
mod history;
mod pages;
mod say;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::console::{PageHeaders, add_headers};
use crate::incoming::read_demo_call;
pub(super) use history::Rooms;

/// A sample chat and its channel.
pub(super) struct Sample {
    /// Its name in URLs, which also ends the channel's id.
    pub(super) chat: &'static str,
    /// What agents call it.
    pub(super) name: &'static str,
    pub(super) color: &'static str,
    /// An SVG picture.
    pub(super) logo: &'static str,
}

/// All of them.
pub(super) const SAMPLES: [Sample; 3] = [
    Sample {
        chat: "site",
        name: "Loja Aurora",
        color: "#0072B2",
        logo: include_str!("../site/logo.svg"),
    },
    Sample {
        chat: "app",
        name: "Aurora Express",
        color: "#D55E00",
        logo: include_str!("../app/logo.svg"),
    },
    Sample {
        chat: "team",
        name: "Equipe Aurora",
        color: "#009E73",
        logo: include_str!("../team/logo.svg"),
    },
];

/// So many pages are told of news at once.
const WATCHERS: usize = 64;

/// What the handlers of the sample chats share.
#[derive(Clone)]
struct Chats {
    app: App,
    rooms: Rooms,
    watchers: Arc<Semaphore>,
}

/// The pages, their files, and what they speak to.
pub(super) fn routes(app: &App, rooms: Rooms, headers: PageHeaders) -> Router {
    let chats = Chats { app: app.clone(), rooms, watchers: Arc::new(Semaphore::new(WATCHERS)) };
    let say = Router::new()
        .route("/demo/rooms/{chat}/messages", post(say::say))
        .route_layer(from_fn_with_state(app.clone(), read_demo_call));
    Router::new()
        .route("/demo/site", get(pages::site))
        .route("/demo/app", get(pages::app))
        .route("/demo/team", get(pages::team))
        .route("/demo/pages/{name}", get(pages::part))
        .route("/demo/files/{name}", get(files::file))
        .route("/demo/rooms/{chat}/events", get(events::events))
        .merge(say)
        .route_layer(from_fn_with_state(headers, add_headers))
        .with_state(chats)
}

/// The id of a sample chat's channel.
pub(super) fn channel_id(chat: &str) -> String {
    format!("demo-{chat}")
}

/// Whether there is a sample chat of this name.
pub(super) fn is_chat(name: &str) -> bool {
    SAMPLES.iter().any(|sample| sample.chat == name)
}
