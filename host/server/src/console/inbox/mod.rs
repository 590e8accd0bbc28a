//! The inbox: the agent's screen.

mod actions;
mod composer;
mod content;
mod entry;
mod live;
mod page;
mod place;
mod send;
mod thread;
mod when;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
pub(super) use composer::{Input, fields_of, type_label};
pub(crate) use live::Watchers;

/// All of it.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/inbox", get(page::list))
        .route("/inbox/events", get(live::events))
        .route("/inbox/{attendance}", get(page::thread).post(send::send))
        .route("/inbox/{attendance}/take", post(actions::take))
        .route("/inbox/{attendance}/queue", post(actions::queue))
        .route("/inbox/{attendance}/transfer", post(actions::transfer))
        .route("/inbox/{attendance}/close", post(actions::close))
}
