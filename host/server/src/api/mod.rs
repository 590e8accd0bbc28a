//! The HTTP API under `/v1`.

mod adapters;
mod body;
mod channel_input;
mod channels;
mod events;
mod letters;
mod logo;
mod messages;
mod query;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post, put};

pub(crate) use channel_input::ChannelInput;
pub(crate) use channels::{ingress_url, save};

use crate::app::App;
use crate::auth::Permission;
use crate::problem::ApiProblem;

/// All routes under `/v1`, each behind the permission it needs.
pub(crate) fn routes(app: &App) -> Router<App> {
    let guard = |permission| from_fn_with_state((app.clone(), permission), allow);
    let read = Router::new()
        .route("/v1/channels", get(channels::list))
        .route("/v1/channels/{id}", get(channels::read))
        .route("/v1/channels/{id}/logo", get(logo::read))
        .route("/v1/messages/{id}", get(messages::read))
        .route("/v1/events", get(events::list))
        .route("/v1/adapters", get(adapters::list))
        .route("/v1/adapters/{name}", get(adapters::read))
        .route("/v1/dead-letters", get(letters::dead))
        .route("/v1/requests/unmapped", get(letters::unmapped))
        .route_layer(guard(Permission::Read));
    let send = Router::new()
        .route("/v1/channels/{id}/messages", post(messages::send))
        .route("/v1/batches", post(messages::batch))
        .route_layer(guard(Permission::Send));
    let operate = Router::new()
        .route("/v1/channels", post(channels::post))
        .route(
            "/v1/channels/{id}",
            put(channels::put).patch(channels::patch).delete(channels::delete),
        )
        .route("/v1/channels/{id}/logo", put(logo::put).delete(logo::delete))
        .route_layer(guard(Permission::Operate));
    read.merge(send).merge(operate)
}

async fn allow(
    State((app, permission)): State<(App, Permission)>,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    app.tokens.check(request.headers(), permission)?;
    Ok(next.run(request).await)
}
