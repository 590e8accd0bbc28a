//! The problems that an ingress answers with, in words.

use eclusa_model::Manifest;

use super::super::frame::Frame;
use crate::ingress::{IngressRefusal, refusals};

/// One of them.
pub(super) struct RefusalView {
    pub(super) refusal: IngressRefusal,
    /// What it means and what to do.
    pub(super) action: String,
}

/// All that the ingress of a channel on this adapter can answer with.
pub(super) fn refusal_views(at: &Frame, manifest: &Manifest) -> Vec<RefusalView> {
    refusals(manifest)
        .map(|refusal| {
            let key = format!("refusal-{}", refusal.code.replace('_', "-"));
            RefusalView { refusal, action: at.say(&key).to_string() }
        })
        .collect()
}
