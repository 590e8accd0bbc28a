//! The header `Idempotency-Key`: a repeated call gets the first answer.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use eclusa_journal::Idempotency;
use sha2::{Digest, Sha256};

use crate::problem::ApiProblem;

/// Says that the answer is that of an earlier request.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Reads it; the same key of another token (`scope`) is another one.
pub(super) fn read(
    scope: String,
    headers: &HeaderMap,
    uri: &Uri,
    request: &Bytes,
) -> Result<Option<Idempotency>, ApiProblem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()))
        .ok_or_else(|| {
            ApiProblem::new(
                StatusCode::BAD_REQUEST,
                "invalid_idempotency_key",
                "Idempotency-Key is 1 to 255 visible ASCII characters",
            )
            .action("Use a UUID.")
        })?
        .to_owned();
    let mut hash = Sha256::new();
    // Neither scheme nor host: with HTTP/2 they are in the URI, with HTTP/1.1 not.
    hash.update(uri.path_and_query().map_or("", |path| path.as_str()));
    hash.update([0]);
    hash.update(request);
    Ok(Some(Idempotency { scope, key, fingerprint: hash.finalize().into() }))
}
