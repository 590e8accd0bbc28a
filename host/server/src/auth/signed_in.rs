//! Somebody whose browser has a session.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use eclusa_model::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::tokens::Known;
use super::{Permission, Sessions, Tokens};

/// The cookie with the session's id. By its prefix browsers take it only where it
/// is `Secure`, for this host alone and all of its paths: no other site and no
/// neighbour under the same domain can set it.
const COOKIE: &str = "__Host-eclusa_session";

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// Somebody whose browser has a session that is not over.
pub(crate) struct SignedIn {
    id: Secret,
    known: Arc<Known>,
}

impl SignedIn {
    /// Who makes a request, by its cookie. `None` where the session or its token
    /// has ended.
    pub(crate) fn of(
        headers: &HeaderMap,
        sessions: &Sessions,
        tokens: &Tokens,
        now_ms: i64,
    ) -> Option<Self> {
        let id = session_id(headers)?;
        let known = tokens.of_hash(&sessions.token_of(id, now_ms)?, now_ms)?;
        known.may(Permission::Console).then(|| Self { id: Secret::new(id), known })
    }

    /// Whether the session goes on, for who only waits: neither it nor its token
    /// counts as used by that.
    pub(crate) fn lasts(&self, sessions: &Sessions, tokens: &Tokens, now_ms: i64) -> bool {
        let token = sessions.look(self.id(), now_ms);
        token.is_some_and(|token| tokens.may(&token, Permission::Console, now_ms))
    }

    /// The session's id.
    pub(crate) fn id(&self) -> &str {
        self.id.expose()
    }

    /// The token that they have signed in with.
    pub(crate) fn known(&self) -> &Arc<Known> {
        &self.known
    }

    /// What forms and scripts of our pages send along: no other site can read it.
    /// It is made of the session's id, and does not tell it.
    pub(crate) fn form_token(&self) -> String {
        let digest = Sha256::new().chain_update("eclusa form ").chain_update(self.id());
        hex::encode(digest.finalize())
    }

    /// Whether it is the [`form_token`](Self::form_token) of this session.
    pub(crate) fn is_form_token(&self, given: &str) -> bool {
        self.form_token().as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// The id of a session that a request names. Two of them name none: one may have
/// been slipped in.
pub(crate) fn session_id(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).into_iter();
    let mut ids = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, id)| (name == COOKIE).then_some(id));
    let id = ids.next()?;
    ids.next().is_none().then_some(id)
}

/// The header that gives a browser its session. Without an end of its own: the
/// server knows when it is over.
pub(crate) fn session_cookie(id: &Secret) -> Option<HeaderValue> {
    let mut value =
        HeaderValue::from_str(&format!("{COOKIE}={}; {ATTRIBUTES}", id.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header that takes it away.
pub(crate) fn no_session_cookie() -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{COOKIE}=; {ATTRIBUTES}; Max-Age=0")).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn id(cookies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().unwrap());
        }
        session_id(&headers).map(str::to_owned)
    }

    #[test]
    fn the_cookie_is_found_among_others_and_only_by_its_whole_name() {
        assert_eq!(id(&["a=1; __Host-eclusa_session=x; b=2"]).as_deref(), Some("x"));
        assert_eq!(id(&["a=1", "__Host-eclusa_session=x"]).as_deref(), Some("x"));
        assert_eq!(id(&["eclusa_session=x; __host-eclusa_session=y"]), None);
        assert_eq!(id(&["__Host-eclusa_session"]), None);
        assert_eq!(id(&["__Host-eclusa_session=x; __Host-eclusa_session=y"]), None);
        assert_eq!(id(&["__Host-eclusa_session=x", "__Host-eclusa_session=x"]), None);
    }
}
