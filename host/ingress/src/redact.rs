//! Takes secrets out of a request before it is stored or shown to an adapter.

use eclusa_model::{Manifest, Place, Request, Verification};

use super::body;

/// What stands where a secret stood in a body. Whoever reads the body finds a
/// text there, as before.
const HIDDEN: &str = "[secret]";

/// Takes out what proves the sender, by the manifests of all revisions that may
/// see the request or have it mapped again later.
///
/// Headers and query parameters are left out; in a body, `[secret]` takes the
/// value's place, and every other byte stays.
pub fn redact<'m>(request: &mut Request, manifests: impl IntoIterator<Item = &'m Manifest>) {
    for manifest in manifests {
        if let Some(place) = manifest.verification.as_ref().and_then(Verification::secret_place) {
            hide(request, &place);
        }
    }
}

fn hide(request: &mut Request, place: &Place) {
    match place {
        Place::Header { header, .. } => {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
        }
        Place::Query { query } => request.query.retain(|(name, _)| name != query),
        // What is not clear was not verified by it: it is another revision's
        // request, in which the place means nothing.
        Place::Json { pointer } => {
            let found = body::json(&request.body, pointer).ok().flatten();
            if let Some(range) = found.and_then(|raw| body::range_of(&request.body, raw)) {
                request.body.replace_range(range, &format!("\"{HIDDEN}\""));
            }
        }
        Place::Form { form } => {
            if let Ok(Some((_, range))) = body::form(&request.body, form) {
                request.body.replace_range(range, HIDDEN);
            }
        }
    }
}
