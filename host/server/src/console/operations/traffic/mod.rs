//! What goes through at the moment.

mod events;
mod show;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// The page and its stream.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/traffic", get(show::show)).route("/traffic/events", get(events::events))
}
