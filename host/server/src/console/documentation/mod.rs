//! The documentation of a channel: its page for who is signed in, the same to share by
//! a link, and what can be downloaded.

mod answer;
mod download;
mod example;
mod page;
mod proof;
mod share;
mod subject;
mod support;
mod tried;
mod try_it;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// All of it.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/channels/{id}/documentation", get(page::show))
        .route("/channels/{id}/documentation/openapi.json", get(download::openapi))
        .route("/channels/{id}/documentation/schemas/{name}", get(download::schema))
        .route("/channels/{id}/documentation/share", post(share::share))
        .route("/channels/{id}/documentation/hide", post(share::hide))
        .route("/channels/{id}/documentation/try", post(try_it::send))
        .route("/documentation/{key}", get(page::shared))
        .route("/documentation/{key}/logo", get(download::shared_logo))
        .route("/documentation/{key}/openapi.json", get(download::shared_openapi))
        .route("/documentation/{key}/schemas/{name}", get(download::shared_schema))
}
