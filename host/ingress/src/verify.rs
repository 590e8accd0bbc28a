//! Does a request really come from the chat? Decided by the manifest's scheme,
//! before any time is spent in the sandbox.

use std::sync::Arc;

use eclusa_model::{Channel, Manifest, Place, Secret, SecretValues, Verification};
use http::{HeaderMap, Uri};

use crate::jwks::{JwksCache, KeySource};
use crate::signature::Algorithm;
use crate::{VerifyError, jwt, read, secret, signature};

/// A request from a chat, as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// In upper case.
    pub method: &'a str,
    /// Base of the URLs that are given to chats, without a `/` at its end.
    pub public_url: &'a str,
    /// What was asked for; of it, path and query as they were sent count.
    pub uri: &'a Uri,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body before anything was decoded.
    pub body: &'a [u8],
    /// When it came in, in Unix milliseconds.
    pub now_ms: i64,
}

/// How far a request is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It comes from the chat.
    Verified,
    /// The scheme exempts its method (a handshake): a reply may be given, but no
    /// event may be accepted from it.
    Unsigned,
    /// Nothing was to be verified: the manifest names no scheme, or a secret
    /// which the channel lacks and need not have.
    NotRequired,
}

/// Verifies requests. It keeps the keys that chats publish.
pub struct Verifier {
    published: JwksCache,
}

impl Verifier {
    /// `source` fetches the keys that chats publish.
    pub fn new(source: Arc<dyn KeySource>) -> Self {
        Self { published: JwksCache::new(source) }
    }

    /// Verifies a request by the scheme of the adapter's manifest.
    ///
    /// A secret with several values counts as matched by any of them. It waits for
    /// the network only where a token is signed with a published key that is not
    /// known yet, or not any more; it needs a Tokio runtime then.
    ///
    /// # Errors
    /// Why the request is not believed.
    pub async fn verify(
        &self,
        manifest: &Manifest,
        channel: &Channel,
        request: &SignedRequest<'_>,
    ) -> Result<Verified, VerifyError> {
        let Some(scheme) = &manifest.verification else { return Ok(Verified::NotRequired) };
        if scheme.is_unsigned(request.method) {
            return Ok(Verified::Unsigned);
        }
        let mut secrets = Vec::new();
        if let Some(name) = scheme.secret() {
            secrets = values(channel, name);
            if secrets.is_empty() {
                return if manifest.required_secrets().any(|secret| secret.name == name) {
                    Err(VerifyError::SecretNotConfigured { secret: name.to_owned() })
                } else {
                    Ok(Verified::NotRequired)
                };
            }
        }
        match scheme {
            Verification::HeaderSecret(_) | Verification::Secret(_) => {
                shared(&scheme.place(), &secrets, request)?;
            }
            Verification::Basic(it) => basic(it.user.as_deref(), &secrets, request)?,
            Verification::HmacSha256(it) => {
                signature::verify(Algorithm::HmacSha256, it, &secrets, request)?;
            }
            Verification::HmacSha1(it) => {
                signature::verify(Algorithm::HmacSha1, it, &secrets, request)?;
            }
            Verification::Ed25519(it) => {
                signature::verify(Algorithm::Ed25519, it, &secrets, request)?;
            }
            Verification::Jwt(it) => {
                jwt::verify(it, &secrets, channel, request, &self.published).await?;
            }
        }
        Ok(Verified::Verified)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(…)")
    }
}

/// A secret's values, newest first. An empty one would be matched by anyone.
pub(crate) fn values<'c>(channel: &'c Channel, name: &str) -> Vec<&'c Secret> {
    let all = channel.secrets.get(name).into_iter().flat_map(SecretValues::iter);
    all.filter(|value| !value.expose().is_empty()).collect()
}

fn shared(
    place: &Place,
    secrets: &[&Secret],
    request: &SignedRequest<'_>,
) -> Result<(), VerifyError> {
    let said = read::at(place, request)?;
    if secret::matches_any(secrets.iter().map(|it| it.expose()), said.as_bytes()) {
        Ok(())
    } else {
        Err(VerifyError::mismatch(place))
    }
}

/// RFC 7617.
fn basic(
    user: Option<&str>,
    secrets: &[&Secret],
    request: &SignedRequest<'_>,
) -> Result<(), VerifyError> {
    use base64::Engine as _;
    let place = Place::Header { header: "authorization".to_owned(), prefix: String::new() };
    let said = read::at(&place, request)?;
    let malformed = || VerifyError::malformed(&place, "`Basic` and user and password in base64");
    let (scheme, encoded) = said.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let said = base64::engine::general_purpose::STANDARD
        .decode(encoded.trim())
        .map_err(|_| malformed())?;
    let pairs: Vec<String> = secrets
        .iter()
        .map(|it| match user {
            Some(user) => format!("{user}:{}", it.expose()),
            None => it.expose().to_owned(),
        })
        .collect();
    if secret::matches_any(pairs.iter().map(String::as_str), &said) {
        Ok(())
    } else {
        Err(VerifyError::mismatch(&place))
    }
}
