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
use crate::problem::ApiProblem;

/// Largest logo in bytes.
const LIMIT: usize = 512 << 10;

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
    if request.len() > LIMIT {
        return Err(ApiProblem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "logo_too_large",
            format!("the logo has {} bytes, and {LIMIT} are allowed", request.len()),
        )
        .action("Scale the picture down; 256 × 256 pixels are enough."));
    }
    // What the bytes are, not what the caller calls them: a browser will show it.
    let mime = picture_type(&request).ok_or_else(|| {
        ApiProblem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "logo_type",
            "a logo is a PNG, JPEG or WebP picture",
        )
        .action("Save the picture as PNG and send its bytes as the body.")
    })?;
    let detail = format!("{mime}, {} bytes", request.len());
    let audit = app.audit(&actor, AuditAction::LogoSet, SubjectKind::Channel, &id, detail);
    app.journal.set_logo(id, Some((mime.to_owned(), request.to_vec())), audit).await?;
    Ok(StatusCode::NO_CONTENT)
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

fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}
