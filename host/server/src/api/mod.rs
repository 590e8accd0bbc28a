//! The HTTP API under `/v1`, and the metrics.

mod adapters;
mod attendances;
mod backups;
mod body;
mod channel_changes;
mod channel_input;
mod channels;
mod deploy;
mod deployments;
mod documentation_link;
mod events;
mod flows;
mod idempotency;
mod ingress_key;
mod letters;
mod logo;
mod messages;
mod page;
mod pauses;
mod query;
mod replay;
mod reports;
mod secrets;
mod tokens;
mod waiting;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get, post, put};

pub(crate) use attendances::Filter as AttendanceQuery;
pub(crate) use attendances::{Call as AttendanceCall, change as change_attendance};
pub(crate) use body::read as read_json;
pub(crate) use channel_input::{ChannelInput, slug};
pub(crate) use channels::{
    documentation_url, expect_revision, find as find_channel, ingress_url, remove, save,
};
pub(crate) use documentation_link::{hide_documentation, share_documentation};
pub(crate) use flows::{
    channels as channels_of_flow, find as find_flow, remove as remove_flow, save as save_flow,
};
pub(crate) use ingress_key::rotate_key;
pub(crate) use letters::{
    Filter as LetterInput, Reason, Redriven, Skipped, discard_letters, redrive_like, redrive_named,
};
pub(crate) use logo::{as_logo, set_logo};
pub(crate) use messages::{Sending, submit};
pub(crate) use pauses::{pause_chat, resume_chat};
pub(crate) use query::read as read_query;
pub(crate) use reports::{
    By, OfChannel, Period as ReportPeriod, Report, ReportQuery, Zone, attendances_csv,
    attendances_json, report,
};
pub(crate) use tokens::{ADMIN, make_token, revoke_token, rotate_token};

use crate::app::App;
use crate::auth::{Actor, Permission, admit};
use crate::operation;
use crate::problem::ApiProblem;

/// All routes that need a token, each behind the permission it needs.
pub(crate) fn routes(app: &App) -> Router<App> {
    let guard = |permission| from_fn_with_state((app.clone(), permission), allow);
    let read = Router::new()
        .route("/v1/channels", get(channels::list))
        .route("/v1/channels/{id}", get(channels::read))
        .route("/v1/channels/{id}/logo", get(logo::read))
        .route("/v1/channels/{id}/waiting", get(waiting::list))
        .route("/v1/platform", get(pauses::platform))
        .route("/v1/messages/{id}", get(messages::read))
        .route("/v1/events", get(events::list))
        .route("/v1/flows", get(flows::list))
        .route("/v1/flows/{id}", get(flows::show))
        // They change nothing.
        .route("/v1/flows/check", post(flows::check))
        .route("/v1/flows/simulate", post(flows::simulate))
        .route("/v1/attendances", get(attendances::list))
        .route("/v1/attendances/{id}", get(attendances::show))
        .route("/v1/attendances/{id}/messages", get(attendances::messages))
        .route("/v1/reports/attendances", get(reports::attendances))
        .route("/v1/reports/attendances.csv", get(reports::attendances_csv))
        .route("/v1/reports/attendances.json", get(reports::attendances_json))
        .route("/v1/adapters", get(adapters::list))
        .route("/v1/adapters/{name}", get(adapters::read))
        .route("/v1/adapters/{name}/diff", get(deployments::diff))
        .route("/v1/deployments", get(deployments::list))
        .route("/v1/deployments/{id}", get(deployments::read))
        .route("/v1/audit", get(deployments::audit))
        .route("/v1/messages/{id}/replay", get(replay::read))
        .route("/v1/requests/{id}/replay", get(replay::read))
        .route("/v1/dead-letters", get(letters::list))
        .route("/v1/dead-letters/{id}", get(letters::show))
        .route("/v1/requests/unmapped", get(letters::unmapped))
        .route_layer(guard(Permission::Read));
    let send = Router::new()
        .route("/v1/channels/{id}/messages", post(messages::send))
        .route("/v1/batches", post(messages::batch))
        .route_layer(guard(Permission::Send));
    let attend = Router::new()
        .route("/v1/attendances/{id}/queue", post(attendances::queue))
        .route("/v1/attendances/{id}/assign", post(attendances::assign))
        .route("/v1/attendances/{id}/transfer", post(attendances::transfer))
        .route("/v1/attendances/{id}/close", post(attendances::close))
        .route_layer(guard(Permission::Attend));
    let operate = Router::new()
        .route("/v1/flows", post(flows::post))
        .route("/v1/flows/{id}", put(flows::put).delete(flows::delete))
        .route("/v1/channels", post(channels::post))
        .route(
            "/v1/channels/{id}",
            put(channels::put).patch(channels::patch).delete(channels::delete),
        )
        .route("/v1/channels/{id}/ingress-key", post(ingress_key::rotate))
        .route(
            "/v1/channels/{id}/documentation-link",
            post(documentation_link::make).delete(documentation_link::end),
        )
        .route("/v1/channels/{id}/logo", put(logo::put).delete(logo::delete))
        .route("/v1/dead-letters/redrive", post(letters::redrive_many))
        .route("/v1/dead-letters/{id}/redrive", post(letters::redrive))
        .route("/v1/dead-letters/{id}/discard", post(letters::discard))
        .route("/v1/channels/{id}/pause", post(pauses::pause_channel))
        .route("/v1/channels/{id}/resume", post(pauses::resume_channel))
        .route("/v1/platform/pause", post(pauses::pause_platform))
        .route("/v1/platform/resume", post(pauses::resume_platform))
        .route("/v1/adapters/{name}/activate", post(deploy::activate))
        .route("/v1/adapters/{name}/approve", post(deploy::approve))
        .route("/v1/adapters/{name}/decline", post(deploy::decline))
        .route("/v1/adapters/{name}/rollback", post(deploy::roll_back))
        .route("/v1/adapters/{name}/policy", put(deploy::set_policy))
        .route("/v1/adapters/{name}/pins/{channel}", put(deploy::pin).delete(deploy::unpin))
        .route_layer(guard(Permission::Operate));
    let administer = Router::new()
        .route("/v1/backups", get(backups::list).post(backups::make))
        .route("/v1/secrets/rotate", post(secrets::rotate))
        .route("/v1/tokens", get(tokens::list).post(tokens::create))
        .route("/v1/tokens/{name}", delete(tokens::revoke))
        .route("/v1/tokens/{name}/rotate", post(tokens::rotate))
        .route_layer(guard(Permission::Administer));
    // One byte more than the engine takes, so that it says itself what is too large.
    let file = DefaultBodyLimit::max(app.config.limits.engine().component_bytes + 1);
    let deploy = Router::new()
        .route("/v1/adapters/{name}", put(deploy::put))
        .layer(file)
        .route_layer(guard(Permission::Operate));
    let measure = Router::new()
        .route("/metrics", get(operation::metrics))
        .route_layer(guard(Permission::Measure));
    read.merge(measure).merge(send).merge(attend).merge(operate).merge(administer).merge(deploy)
}

async fn allow(
    State((app, permission)): State<(App, Permission)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    let known = admit(&app, &request, permission)?;
    request.extensions_mut().insert(Actor(known.token.name.clone()));
    request.extensions_mut().insert(known.token.role);
    let mut response = next.run(request).await;
    // Whoever uses this browser next is to see nothing of it.
    let cached = response.headers_mut().entry(header::CACHE_CONTROL);
    cached.or_insert(HeaderValue::from_static("no-store"));
    Ok(response)
}
