//! The pages of channels.

mod actions;
mod card;
mod colors;
mod delete;
mod edit;
mod form;
mod list;
mod logo;
mod show;
mod test_message;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
pub(super) use logo::of as logo_of;

/// All of them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/channels", get(list::show))
        .route("/channels/new", get(edit::begin).post(edit::create))
        .route("/channels/colors.css", get(colors::style))
        .route("/channels/{id}", get(show::show))
        .route("/channels/{id}/edit", get(edit::show).post(edit::change))
        .route("/channels/{id}/logo", get(logo::show))
        .route("/channels/{id}/pause", post(actions::pause))
        .route("/channels/{id}/resume", post(actions::resume))
        .route("/channels/{id}/rotate", post(actions::rotate))
        .route("/channels/{id}/test", post(test_message::send))
        .route("/channels/{id}/delete", get(delete::ask).post(delete::delete))
}
