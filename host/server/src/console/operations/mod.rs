//! The pages of operators: what runs, what went wrong, and who did what.

mod adapters;
mod attention;
mod audit;
mod badge;
mod letters;
mod messages;
mod playground;
mod recorded;
mod tokens;
mod traffic;
mod words;

use axum::Router;
use axum::routing::get;

use crate::app::App;
pub(super) use attention::{Attention, attention};

/// The text that names who decides about a candidate.
fn mode_key(mode: &str) -> &'static str {
    match mode {
        "review" => "mode-review",
        "manual" => "mode-manual",
        _ => "mode-auto",
    }
}

/// Where these pages stand.
pub(super) const PATHS: [&str; 7] =
    ["/adapters", "/messages", "/dead-letters", "/playground", "/traffic", "/audit", "/tokens"];

/// All but those that take large files.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/audit", get(audit::show))
        .merge(adapters::routes())
        .merge(messages::routes())
        .merge(letters::routes())
        .merge(playground::routes())
        .merge(tokens::routes())
        .merge(traffic::routes())
}

/// Those that take large files, each with a limit of its own.
pub(super) fn uploads(app: &App) -> Router<App> {
    adapters::uploads(app)
}
