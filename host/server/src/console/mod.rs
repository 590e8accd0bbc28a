//! The console: the pages for people, behind a sign-in. Its pages hang in
//! [`routes`]; each takes [`App::signed_in`] for who looks at it.

mod assets;
mod headers;
mod home;
mod html;
mod sign_in;
mod sign_out;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
pub(crate) use headers::{PageHeaders, add_headers};
pub(crate) use html::{Page, script};

/// All pages, their styles and scripts.
pub(crate) fn routes(headers: PageHeaders) -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/login", get(sign_in::show).post(sign_in::sign_in))
        .route("/logout", post(sign_out::sign_out))
        .route("/assets/console.css", get(assets::style))
        .route("/assets/login.js", get(assets::login))
        .route_layer(from_fn_with_state(headers, add_headers))
}
