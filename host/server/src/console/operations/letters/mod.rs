//! Dead letters: what could not be handed on or mapped, and what a person does with it.

mod ask;
mod chosen;
mod discard;
mod list;
mod redrive;
mod show;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use list::kind;

/// All of them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/dead-letters", get(list::show))
        .route("/dead-letters/ask", post(ask::ask))
        .route("/dead-letters/redrive", post(redrive::redrive))
        .route("/dead-letters/discard", post(discard::discard))
        .route("/dead-letters/{id}", get(show::show))
        .route("/dead-letters/{id}/redrive", post(redrive::redrive_one))
}
