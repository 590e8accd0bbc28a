//! Tokens: who may call the API and sign in. For admins.

mod change;
mod list;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// All of them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/tokens", get(list::show).post(change::create))
        .route("/tokens/{name}/rotate", post(change::rotate))
        .route("/tokens/{name}/revoke", get(change::ask).post(change::revoke))
}
