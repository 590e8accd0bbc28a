//! The console: the pages for people, behind a sign-in. Its pages hang in
//! [`routes`]; each takes a [`Visitor`](visitor::Visitor) for who looks at it, and a
//! [`Posted`](visitor::Posted) for who sends a form.

mod assets;
mod channels;
mod charts;
mod cookie;
mod dashboard;
mod documentation;
mod field;
mod flows;
mod format;
mod frame;
mod headers;
mod home;
mod html;
mod inbox;
mod language;
mod message;
mod moment;
mod operations;
mod period;
mod posted;
mod preferences;
mod problem_page;
mod reports;
mod sight;
mod sign_in;
mod sign_out;
mod texts;
mod theme;
mod visitor;
mod wrong;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::incoming::read_form;
pub(crate) use headers::{PageHeaders, add_headers};
pub(crate) use html::{Page, script};
pub(crate) use inbox::Watchers;
pub(crate) use texts::Texts;

/// All pages, their styles and scripts.
pub(crate) fn routes(app: &App, headers: PageHeaders) -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/login", get(sign_in::show).post(sign_in::sign_in))
        .route("/logout", post(sign_out::sign_out))
        .route("/preferences", get(preferences::show).post(preferences::set))
        .route("/dashboard", get(dashboard::show))
        .merge(channels::routes())
        .merge(flows::routes())
        .merge(operations::routes())
        .merge(documentation::routes())
        .merge(reports::routes())
        .merge(inbox::routes())
        .merge(assets::routes())
        .route_layer(from_fn_with_state(app.clone(), read_form))
        .merge(operations::uploads(app))
        .route_layer(from_fn_with_state(app.clone(), problem_page::show_problems))
        .route_layer(from_fn_with_state(headers, add_headers))
}
