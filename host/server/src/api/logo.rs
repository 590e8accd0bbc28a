//! `/v1/channels/{id}/logo`.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use eclusa_journal::registry::{AuditAction, SubjectKind};

use super::channels::find;
use crate::app::App;
use crate::auth::Actor;
use crate::picture::NoPicture;
use crate::problem::ApiProblem;

/// Largest picture that is taken, in bytes.
const LIMIT: usize = 1 << 20;

/// What logos are kept as.
const MIME: &str = "image/png";

pub(super) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, ApiProblem> {
    find(&app, &id)?;
    let (mime, bytes) = app
        .journal
        .logo(id.clone())
        .await?
        .ok_or_else(|| ApiProblem::not_found("logo of channel", &id))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(&mime) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    Ok(response)
}

pub(super) async fn put(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<StatusCode, ApiProblem> {
    find(&app, &id)?;
    let png = as_logo(&app, request).await?;
    set_logo(&app, id, png, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The picture as it is kept: a PNG of 256 pixels at most.
pub(crate) async fn as_logo(app: &App, picture: Bytes) -> Result<Vec<u8>, ApiProblem> {
    if picture.len() > LIMIT {
        return Err(ApiProblem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "logo_too_large",
            format!("the logo has {} bytes, and {LIMIT} are allowed", picture.len()),
        )
        .action("Scale the picture down; 256 × 256 pixels are enough."));
    }
    app.drawer.logo(&picture).await.map_err(|error| match error {
        NoPicture::Type => ApiProblem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "logo_type",
            "a logo is a PNG, JPEG, WebP or SVG picture",
        )
        .action("Save the picture as PNG and send its bytes as the body."),
        NoPicture::Process(_) => ApiProblem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "logo_not_drawn",
            error.to_string(),
        )
        .action("Send it again in a minute. If that does not help, look whether this machine may start processes.")
        .retryable(),
        error => ApiProblem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "logo_unreadable",
            error.to_string(),
        )
        .action("Save the picture as PNG, of 4096 × 4096 pixels at most, and send that."),
    })
}

/// Gives a channel a logo that [`as_logo`] has made.
pub(crate) async fn set_logo(
    app: &App,
    id: String,
    png: Vec<u8>,
    actor: &str,
) -> Result<(), ApiProblem> {
    let detail = format!("{MIME}, {} bytes", png.len());
    let audit = app.audit(actor, AuditAction::LogoSet, SubjectKind::Channel, &id, detail);
    Ok(app.journal.set_logo(id, Some((MIME.to_owned(), png)), audit).await?)
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
) -> Result<StatusCode, ApiProblem> {
    find(&app, &id)?;
    let audit = app.audit(&actor, AuditAction::LogoRemoved, SubjectKind::Channel, &id, "");
    app.journal.set_logo(id, None, audit).await?;
    Ok(StatusCode::NO_CONTENT)
}
