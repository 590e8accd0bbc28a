//! The pages of flows: a list, and an editor with a simulator beside it. All of it works
//! without scripts: each button sends the whole form, and the page comes back with what
//! the button did.

mod blank;
mod block;
mod checked;
mod clock;
mod contents;
mod delete;
mod draft;
mod edit;
mod list;
mod outline;
mod simulator;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// All of them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/flows", get(list::show))
        .route("/flows/new", get(edit::begin).post(edit::create))
        .route("/flows/{id}", get(edit::show).post(edit::change))
        .route("/flows/{id}/delete", get(delete::ask).post(delete::delete))
}
