//! Bearer tokens and what their holders may do.

use arc_swap::ArcSwap;
use axum::http::{HeaderMap, StatusCode, header};
use eclusa_journal::{Journal, JournalError, Token, TokenRole};
use eclusa_model::Secret;
use rand::RngCore;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::problem::ApiProblem;

/// What a request needs a token for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Look at channels, adapters, messages, events.
    Read,
    /// Send messages.
    Send,
    /// Change channels and adapters.
    Operate,
    /// Have all that is recorded, secrets too.
    Administer,
}

impl Permission {
    fn granted_to(self, role: TokenRole) -> bool {
        match role {
            TokenRole::Admin => true,
            TokenRole::Operator => matches!(self, Self::Read | Self::Operate | Self::Send),
            TokenRole::Platform => matches!(self, Self::Read | Self::Send),
            TokenRole::Viewer => matches!(self, Self::Read),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "look at this",
            Self::Send => "send messages",
            Self::Operate => "change channels and adapters",
            Self::Administer => "administer this server",
        }
    }
}

/// Who makes a request: the name of the token.
#[derive(Debug, Clone)]
pub(crate) struct Actor(pub(crate) String);

/// The tokens that are let in. Only their hashes are kept.
#[derive(Default)]
pub(crate) struct Tokens {
    tokens: ArcSwap<Vec<Token>>,
}

impl Tokens {
    /// Reads the tokens of the journal.
    pub(crate) async fn load(journal: &dyn Journal) -> Result<Self, JournalError> {
        Ok(Self { tokens: ArcSwap::from_pointee(journal.tokens().await?) })
    }

    /// Whether there is none yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.tokens.load().is_empty()
    }

    /// Lets a token in as long as this process runs.
    pub(crate) fn lend(&self, name: &str, role: TokenRole, token: &Secret, now: String) {
        let lent =
            Token { name: name.to_owned(), hash: hash(token.expose()), role, created_at: now };
        self.tokens.rcu(|tokens| {
            let mut tokens = Vec::clone(tokens);
            tokens.push(lent.clone());
            tokens
        });
    }

    /// Adds a token, or replaces the one of that name.
    pub(crate) async fn put(
        &self,
        journal: &dyn Journal,
        name: &str,
        role: TokenRole,
        token: &Secret,
        now: String,
    ) -> Result<(), JournalError> {
        let hash = hash(token.expose());
        journal.put_token(Token { name: name.to_owned(), hash, role, created_at: now }).await?;
        self.tokens.store(std::sync::Arc::new(journal.tokens().await?));
        Ok(())
    }

    /// Lets a request in and says who makes it, or why it is not let in.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        permission: Permission,
    ) -> Result<Actor, ApiProblem> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| !token.is_empty())
            .ok_or_else(|| {
                ApiProblem::unauthorized(
                    "token_missing",
                    "this needs a token, in the header `Authorization: Bearer TOKEN`",
                )
                .action(
                    "Use a token that the server printed at its first start, or ask its operator.",
                )
            })?;
        let hash = hash(token);
        let tokens = self.tokens.load();
        // All hashes are compared to their ends, so that nothing can be measured.
        let found = tokens.iter().fold(None, |found, candidate| {
            if bool::from(candidate.hash.ct_eq(&hash)) { Some(candidate) } else { found }
        });
        let token = found.ok_or_else(|| {
            ApiProblem::unauthorized("token_unknown", "this token is not known")
                .action("Check that the whole token was copied.")
        })?;
        if permission.granted_to(token.role) {
            return Ok(Actor(token.name.clone()));
        }
        Err(ApiProblem::new(
            StatusCode::FORBIDDEN,
            "permission_missing",
            format!("this token may not {}", permission.name()),
        )
        .action("Use a token of another role."))
    }
}

/// A new random token: 256 bits behind a prefix by which scanners find leaked ones.
pub(crate) fn new_token() -> Secret {
    Secret::new(format!("ecl_{}", random_hex::<32>()))
}

/// `N` random bytes in hexadecimal.
pub(crate) fn random_hex<const N: usize>() -> String {
    let mut bytes = [0_u8; N];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
