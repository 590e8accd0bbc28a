//! What an adapter makes of something, tried out: in the production engine, with its
//! limits, beside live traffic. Nothing is sent, counted or stored.

mod fill;
mod form;
mod run;
mod show;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/playground", get(show::show).post(show::run))
}
