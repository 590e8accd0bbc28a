//! All problems that an ingress answers with: the one list, which documentation shows.
//! What an adapter refuses by itself has the adapter's own codes.

use eclusa_model::{Handshake, Manifest, Verification};

/// A problem that an ingress answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IngressRefusal {
    /// Stable, in snake case.
    pub(crate) code: &'static str,
    /// The status of the answer.
    pub(crate) status: u16,
    /// The same request may succeed later, with nothing changed.
    pub(crate) retryable: bool,
    needs: Needs,
}

/// What the adapter's manifest must have for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// Requests prove their sender.
    Proof,
    /// They do so by a signature or a token with a time.
    Time,
    /// They do so by a token.
    Token,
    /// The keys of tokens are published.
    PublishedKeys,
    /// Some methods carry no signature.
    UnsignedMethods,
    /// The host answers handshakes.
    Handshake,
    /// Handshakes hold a secret.
    HandshakeSecret,
}

const fn refusal(code: &'static str, status: u16, retryable: bool, needs: Needs) -> IngressRefusal {
    IngressRefusal { code, status, retryable, needs }
}

/// All of them.
const REFUSALS: [IngressRefusal; 33] = [
    refusal("body_not_utf8", 400, false, Needs::Nothing),
    refusal("json_too_deep", 400, false, Needs::Nothing),
    refusal("body_incomplete", 400, false, Needs::Nothing),
    refusal("bad_request", 400, false, Needs::Nothing),
    refusal("handshake_malformed", 400, false, Needs::Handshake),
    refusal("signature_missing", 401, false, Needs::Proof),
    refusal("signature_malformed", 401, false, Needs::Proof),
    refusal("signature_mismatch", 401, false, Needs::Proof),
    refusal("timestamp_missing", 401, false, Needs::Time),
    refusal("timestamp_malformed", 401, false, Needs::Time),
    refusal("timestamp_stale", 401, false, Needs::Time),
    refusal("token_expired", 401, false, Needs::Token),
    refusal("token_rejected", 401, false, Needs::Token),
    refusal("secret_not_configured", 401, false, Needs::Proof),
    refusal("secret_malformed", 401, false, Needs::Proof),
    refusal("setting_missing", 401, false, Needs::Token),
    refusal("unsigned_events", 401, false, Needs::UnsignedMethods),
    refusal("handshake_refused", 403, false, Needs::HandshakeSecret),
    refusal("channel_unknown", 404, false, Needs::Nothing),
    refusal("body_timeout", 408, true, Needs::Nothing),
    refusal("body_too_large", 413, false, Needs::Nothing),
    refusal("data_damaged", 500, false, Needs::Nothing),
    refusal("verification_keys_unavailable", 503, true, Needs::PublishedKeys),
    refusal("adapter_missing", 503, true, Needs::Nothing),
    refusal("connections_full", 503, true, Needs::Nothing),
    refusal("overloaded", 503, true, Needs::Nothing),
    refusal("channel_overloaded", 503, true, Needs::Nothing),
    refusal("address_overloaded", 503, true, Needs::Nothing),
    refusal("body_memory_full", 503, true, Needs::Nothing),
    refusal("channel_body_memory_full", 503, true, Needs::Nothing),
    refusal("busy", 503, true, Needs::Nothing),
    refusal("disk_full", 503, true, Needs::Nothing),
    refusal("storage_failed", 503, true, Needs::Nothing),
];

/// Those that the ingress of a channel on this adapter can answer with.
pub(crate) fn refusals(manifest: &Manifest) -> impl Iterator<Item = IngressRefusal> {
    let scheme = manifest.verification.as_ref();
    let handshake = manifest.handshake.as_ref();
    REFUSALS.into_iter().filter(move |refusal| match refusal.needs {
        Needs::Nothing => true,
        Needs::Proof => scheme.is_some(),
        Needs::Time => scheme.is_some_and(|scheme| match scheme {
            Verification::HmacSha256(it)
            | Verification::HmacSha1(it)
            | Verification::Ed25519(it) => it.timestamp.is_some(),
            _ => false,
        }),
        Needs::Token => matches!(scheme, Some(Verification::Jwt(_))),
        Needs::PublishedKeys => {
            matches!(scheme, Some(Verification::Jwt(it)) if it.key.jwks().is_some())
        }
        Needs::UnsignedMethods => scheme.is_some_and(|scheme| match scheme {
            Verification::HmacSha256(it)
            | Verification::HmacSha1(it)
            | Verification::Ed25519(it) => !it.unsigned_methods.is_empty(),
            _ => false,
        }),
        Needs::Handshake => handshake.is_some(),
        Needs::HandshakeSecret => matches!(handshake, Some(Handshake::Query(_))),
    })
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#[path = "refusals_test.rs"]
mod tests;
