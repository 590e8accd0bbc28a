//! Bodies that are sent to pages: read here, in the room that is kept for bodies, before
//! a handler sees anything of them.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::admission::Door;
use super::body::read_body;
use super::connection::Origin;
use crate::app::App;
use crate::problem::ApiProblem;

/// Largest form of who has not signed in, in bytes: a token fits.
const STRANGER_BYTES: usize = 4 << 10;

/// Largest form of who has, in bytes: a logo fits, with all else of a channel.
const SIGNED_IN_BYTES: usize = 2 << 20;

/// Largest call that the chats of a demo take, in bytes; they keep a hundred.
const DEMO_BYTES: usize = 256 << 10;

/// Lets a form in where there is room for it.
pub(crate) async fn read_form(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    let limit = match app.signed_in(request.headers()) {
        Some(_) => SIGNED_IN_BYTES,
        None => STRANGER_BYTES,
    };
    read(&app, origin, limit, request, next).await
}

/// The same for what the host sends to the chats of a demo, as anybody may.
pub(crate) async fn read_demo_call(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    read(&app, origin, DEMO_BYTES, request, next).await
}

async fn read(
    app: &App,
    origin: Origin,
    limit: usize,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    // No page reads the body of these.
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(next.run(request).await);
    }
    let mut admitted = app.admission.enter(Door::Pages, origin, request.headers())?;
    let (parts, body) = request.into_parts();
    let body = read_body(body, limit, &mut admitted).await?;
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    drop(admitted);
    Ok(response)
}
