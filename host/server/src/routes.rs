//! All routes of the server.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};

use crate::app::App;
use crate::console::PageHeaders;
use crate::incoming::{Leftovers, read_leftover};
use crate::problem::{ApiProblem, correlate};
use crate::traces::trace_request;
use crate::{api, console, demo, ingress, operation};

/// Largest body of a request to the API, in bytes; that of a chat has its own
/// limit in the configuration.
const API_BODY_BYTES: usize = 2 << 20;

/// Puts all routes together.
pub(crate) fn routes(app: App, demo: Option<demo::FakeChats>) -> Router {
    let pages = PageHeaders::new(&app.config.public_url());
    let traced = app.config.traces.endpoint.is_some();
    let mut router = Router::new()
        .route("/in/{key}", any(ingress::at_root))
        .route("/in/{key}/", any(ingress::at_root))
        .route("/in/{key}/{*rest}", any(ingress::below))
        .route("/livez", get(operation::live))
        .route("/readyz", get(operation::ready))
        .route("/openapi.json", get(operation::openapi))
        .merge(api::routes(&app))
        .merge(console::routes(&app, pages))
        .with_state(app.clone());
    if let Some(chats) = demo {
        router = router.merge(demo::routes(&app, chats, pages));
    }
    let mut router = router
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(DefaultBodyLimit::max(API_BODY_BYTES))
        .layer(from_fn(correlate));
    if traced {
        router = router.layer(from_fn(trace_request));
    }
    router.layer(from_fn_with_state(Leftovers::new(), read_leftover))
}

async fn no_route(uri: Uri) -> ApiProblem {
    ApiProblem::new(
        StatusCode::NOT_FOUND,
        "route_unknown",
        format!("there is nothing at {}", uri.path()),
    )
    .action("See /openapi.json for all calls.")
}

async fn no_method(method: Method, uri: Uri) -> ApiProblem {
    ApiProblem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("{} takes no {method}", uri.path()),
    )
    .action("See /openapi.json for the methods of this call.")
}
