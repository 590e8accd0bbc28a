//! The pages of adapters: what serves, what came and why it does not serve, and what
//! an operator does about it.

mod actions;
mod activate;
mod deployment;
mod diff;
mod list;
mod policy;
mod shadow;
mod show;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

/// What a form may have beside its file, in bytes.
const BESIDE_THE_FILE: usize = 64 << 10;

/// All but those that take files.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/adapters", get(list::show))
        .route("/adapters/{name}", get(show::show))
        .route("/adapters/{name}/deployments/{id}", get(deployment::show))
        .route("/adapters/{name}/diff", get(diff::show))
        .route("/adapters/{name}/activate", get(activate::ask).post(activate::activate))
        .route("/adapters/{name}/approve", post(actions::approve))
        .route("/adapters/{name}/decline", post(actions::decline))
        .route("/adapters/{name}/rollback", post(actions::roll_back))
        .route("/adapters/{name}/policy", post(policy::set))
        .route("/adapters/{name}/pin", post(actions::pin))
        .route("/adapters/{name}/unpin", post(actions::unpin))
}

/// Those that take files: as large as the engine takes, which says itself what is too
/// large.
pub(super) fn uploads(app: &App) -> Router<App> {
    let most = app.config.limits.engine().component_bytes + BESIDE_THE_FILE;
    Router::new().route("/adapters/deploy", post(upload::deploy)).layer(DefaultBodyLimit::max(most))
}
