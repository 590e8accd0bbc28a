//! What became of a message, step by step, and how one is found.

mod find;
mod replay;
mod show;
mod steps;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// All of them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/messages", get(find::show))
        .route("/messages/{id}", get(show::show))
        .route("/messages/{id}/replay", get(replay::show))
}
