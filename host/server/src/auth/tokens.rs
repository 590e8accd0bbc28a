//! The tokens that are let in.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::{HeaderMap, StatusCode, header};
use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{Journal, JournalError, Token, TokenChange, TokenRole};
use eclusa_model::Secret;
use subtle::ConstantTimeEq;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Permission;
use super::failures::Failures;
use super::last_use::{LastUse, Notes};
use super::text::{hash, is_damaged};
use crate::problem::ApiProblem;

/// A token that is let in, and when it last was.
pub(crate) struct Known {
    pub(crate) token: Token,
    last_use: LastUse,
}

impl Known {
    fn new(token: Token) -> Arc<Self> {
        Arc::new(Self { last_use: LastUse::new(token.last_used_at_ms), token })
    }

    /// Refuses what its holder may not do.
    pub(crate) fn allow(&self, permission: Permission) -> Result<(), ApiProblem> {
        if self.may(permission) {
            return Ok(());
        }
        Err(ApiProblem::new(
            StatusCode::FORBIDDEN,
            "permission_missing",
            format!("this token may not {}", permission.name()),
        )
        .action(format!("Use a token with the role {}.", permission.roles())))
    }

    /// Whether its holder may do something.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        permission.granted_to(self.token.role)
    }

    /// When it was last let in, in Unix milliseconds, to about a minute.
    pub(crate) fn last_used_at_ms(&self) -> Option<i64> {
        self.last_use.get()
    }
}

/// By the hash of the token: how long a look-up takes says nothing about tokens,
/// since nobody can choose a hash that begins like another.
type Index = HashMap<[u8; 32], Arc<Known>>;

/// The tokens that are let in. Only their hashes are kept.
pub(crate) struct Tokens {
    journal: Arc<dyn Journal>,
    index: ArcSwap<Index>,
    /// Let in as long as this process runs.
    lent: ArcSwap<Vec<Token>>,
    // Changes come one after another, so that the last admin stays and the index
    // is never older than the last change.
    changing: Arc<Mutex<()>>,
    notes: Notes,
    failures: Failures,
}

impl Tokens {
    /// Reads the tokens of the journal.
    pub(crate) async fn load(journal: Arc<dyn Journal>) -> Result<Arc<Self>, JournalError> {
        let tokens = Arc::new(Self {
            notes: Notes::start(Arc::clone(&journal)),
            journal,
            index: ArcSwap::default(),
            lent: ArcSwap::default(),
            changing: Arc::default(),
            failures: Failures::default(),
        });
        tokens.read().await?;
        Ok(tokens)
    }

    async fn read(&self) -> Result<(), JournalError> {
        let kept = self.journal.tokens().await?;
        let lent = self.lent.load();
        let all = kept.into_iter().chain(lent.iter().cloned());
        self.index.store(Arc::new(all.map(|token| (token.hash, Known::new(token))).collect()));
        Ok(())
    }

    /// All that are kept, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Known>> {
        let index = self.index.load();
        let mut all: Vec<_> =
            index.values().filter(|known| !self.is_lent(known)).cloned().collect();
        all.sort_by(|left, right| left.token.name.cmp(&right.token.name));
        all
    }

    /// One that is kept.
    pub(crate) fn named(&self, name: &str) -> Option<Arc<Known>> {
        self.all().into_iter().find(|known| known.token.name == name)
    }

    /// Lets a token in as long as this process runs.
    pub(crate) async fn lend(
        &self,
        name: &str,
        role: TokenRole,
        token: &Secret,
        created_at: String,
    ) -> Result<(), JournalError> {
        let _one_after_another = self.changing.lock().await;
        let token = Token {
            name: name.to_owned(),
            hash: hash(token.expose()),
            role,
            created_at,
            expires_at_ms: None,
            last_used_at_ms: None,
        };
        self.lent.rcu(|lent| lent.iter().cloned().chain([token.clone()]).collect::<Vec<_>>());
        self.read().await
    }

    /// Makes a token of this name, or gives the one of this name another value.
    /// Nothing changes where it is this value already.
    pub(crate) async fn put_admin(
        self: &Arc<Self>,
        name: &str,
        value: &Secret,
        actor: &str,
        (now, now_ms): (String, i64),
    ) -> Result<(), JournalError> {
        let one_after_another = Arc::clone(&self.changing).lock_owned().await;
        let hash = hash(value.expose());
        let before = self.named(name);
        if before.as_ref().is_some_and(|before| {
            before.token.hash == hash
                && before.token.role == TokenRole::Admin
                && before.token.expires_at_ms.is_none()
        }) {
            return Ok(());
        }
        let token = Token {
            name: name.to_owned(),
            hash,
            role: TokenRole::Admin,
            created_at: now,
            expires_at_ms: None,
            last_used_at_ms: None,
        };
        let action = if before.is_some() { AuditAction::Rotated } else { AuditAction::Created };
        let audit = entry(now_ms, actor, action, name, "role admin");
        self.change(one_after_another, TokenChange::Put(token), audit).await
    }

    /// Adds a token whose name is free.
    pub(crate) async fn create(
        self: &Arc<Self>,
        mut token: Token,
        value: &Secret,
        actor: &str,
        now_ms: i64,
    ) -> Result<(), JournalError> {
        let one_after_another = Arc::clone(&self.changing).lock_owned().await;
        token.hash = hash(value.expose());
        let detail = format!(
            "role {}{}",
            role_name(token.role),
            token.expires_at_ms.map_or_else(String::new, |end| {
                format!(", until {}", eclusa_journal::rfc3339(end))
            })
        );
        let audit = entry(now_ms, actor, AuditAction::Created, &token.name, detail);
        self.change(one_after_another, TokenChange::Create(token), audit).await
    }

    /// Gives a token another value. The old one is let in for `overlap_ms`
    /// milliseconds more, under a name of its own; 0: it ends at once.
    pub(crate) async fn rotate(
        self: &Arc<Self>,
        name: &str,
        value: &Secret,
        actor: &str,
        (now, now_ms): (String, i64),
        overlap_ms: i64,
    ) -> Result<Token, ApiProblem> {
        let one_after_another = Arc::clone(&self.changing).lock_owned().await;
        let Some(before) = self.named(name) else {
            return Err(JournalError::TokenUnknown { name: name.to_owned() }.into());
        };
        if before.token.expired(now_ms) {
            return Err(ApiProblem::new(
                StatusCode::CONFLICT,
                "token_expired",
                format!("`{name}` has ended, and another value would end with it"),
            )
            .action("Revoke it, and create another of this name."));
        }
        let token = Token {
            hash: hash(value.expose()),
            created_at: now,
            last_used_at_ms: None,
            ..before.token.clone()
        };
        let change = match overlap_ms {
            ..=0 => TokenChange::Put(token.clone()),
            _ => TokenChange::Rotate {
                token: token.clone(),
                before: self.goes_on(&before.token, now_ms.saturating_add(overlap_ms)),
            },
        };
        let detail = match &change {
            TokenChange::Rotate { before, .. } => {
                let until = before.expires_at_ms.map(eclusa_journal::rfc3339).unwrap_or_default();
                format!("the old value is let in as `{}` until {until}", before.name)
            }
            _ => "the old value has ended".to_owned(),
        };
        let audit = entry(now_ms, actor, AuditAction::Rotated, name, detail);
        self.change(one_after_another, change, audit).await?;
        Ok(token)
    }

    /// A token's value of before under a name that is free, until then or its own end.
    fn goes_on(&self, token: &Token, until_ms: i64) -> Token {
        let end_ms = token.expires_at_ms.map_or(until_ms, |own| own.min(until_ms));
        let all = self.all();
        let taken = |name: &str| all.iter().any(|known| known.token.name == name);
        let begin = token.name.get(..50).unwrap_or(&token.name);
        let mut name = format!("{begin}-before");
        let mut number = 2;
        while taken(&name) {
            name = format!("{begin}-before-{number}");
            number += 1;
        }
        Token { name, expires_at_ms: Some(end_ms), ..token.clone() }
    }

    /// Ends a token at once, unless nobody could administer then.
    pub(crate) async fn revoke(
        self: &Arc<Self>,
        name: &str,
        actor: &str,
        now_ms: i64,
    ) -> Result<(), ApiProblem> {
        let one_after_another = Arc::clone(&self.changing).lock_owned().await;
        let is_admin = |known: &Arc<Known>| {
            known.token.role == TokenRole::Admin && !known.token.expired(now_ms)
        };
        let all = self.all();
        let (named, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|known| known.token.name == name);
        if named.iter().any(is_admin) && !others.iter().any(is_admin) {
            return Err(ApiProblem::new(
                StatusCode::CONFLICT,
                "last_admin_token",
                format!("`{name}` is the last admin token; without it nobody could make another"),
            )
            .action("Create another admin token first, or rotate this one."));
        }
        let audit = entry(now_ms, actor, AuditAction::Revoked, name, "it has ended");
        Ok(self.change(one_after_another, TokenChange::Revoke(name.to_owned()), audit).await?)
    }

    /// Records a change and follows it.
    ///
    /// It runs in a task of its own: a caller who hangs up must not leave a token
    /// let in whose end is recorded.
    async fn change(
        self: &Arc<Self>,
        one_after_another: OwnedMutexGuard<()>,
        change: TokenChange,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        let tokens = Arc::clone(self);
        let task = tokio::spawn(async move {
            let _until_it_is_followed = one_after_another;
            let changed = tokens.journal.change_token(change.clone(), audit).await;
            match &changed {
                Ok(()) => tokens.follow(change),
                // It may be recorded all the same.
                Err(_) => drop(tokens.read().await),
            }
            changed
        });
        task.await.map_err(|error| JournalError::Storage(error.to_string()))?
    }

    /// Follows a change that is recorded.
    fn follow(&self, change: TokenChange) {
        let (name, put) = match change {
            TokenChange::Create(token) | TokenChange::Put(token) => {
                (token.name.clone(), vec![token])
            }
            TokenChange::Rotate { token, before } => (token.name.clone(), vec![token, before]),
            TokenChange::Revoke(name) => (name, Vec::new()),
        };
        let mut index = Index::clone(&self.index.load());
        index.retain(|_, known| known.token.name != name || self.is_lent(known));
        index.extend(put.into_iter().map(|token| (token.hash, Known::new(token))));
        self.index.store(Arc::new(index));
    }

    fn is_lent(&self, known: &Known) -> bool {
        self.lent.load().iter().any(|token| token.hash == known.token.hash)
    }

    /// Lets a request in and says whose token it has, or why it is not let in.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        permission: Permission,
        now_ms: i64,
    ) -> Result<Arc<Known>, ApiProblem> {
        let token = bearer(headers).ok_or_else(|| {
            self.failures.count("token_missing", now_ms);
            ApiProblem::unauthorized(
                "token_missing",
                "this needs a token, in the header `Authorization: Bearer TOKEN`",
            )
            .action("Use a token that the server printed at its first start, or ask its operator.")
        })?;
        let known = self.known(token, now_ms)?;
        known.allow(permission)?;
        Ok(known)
    }

    /// The token with this hash, for who has a session by it. `None` where it is
    /// not let in any more.
    pub(crate) fn of_hash(&self, hash: &[u8; 32], now_ms: i64) -> Option<Arc<Known>> {
        let index = self.index.load();
        let found = index.get(hash).filter(|found| !found.token.expired(now_ms))?;
        self.used(found, now_ms);
        Some(Arc::clone(found))
    }

    /// Whether the token with this hash is let in and may do this; it does not count
    /// as used.
    pub(crate) fn may(&self, hash: &[u8; 32], permission: Permission, now_ms: i64) -> bool {
        let index = self.index.load();
        let found = index.get(hash).filter(|found| !found.token.expired(now_ms));
        found.is_some_and(|found| found.may(permission))
    }

    fn used(&self, known: &Known, now_ms: i64) {
        if known.last_use.step(now_ms) {
            self.notes.add(&known.token.name, now_ms);
        }
    }

    /// The token of this value, or why it is not let in.
    pub(crate) fn known(&self, value: &str, now_ms: i64) -> Result<Arc<Known>, ApiProblem> {
        let hash = hash(value);
        let index = self.index.load();
        let found = index.get(&hash).filter(|found| bool::from(found.token.hash.ct_eq(&hash)));
        let refused = |code: &'static str, detail: &str, action: &str| {
            self.failures.count(code, now_ms);
            ApiProblem::unauthorized(code, detail).action(action)
        };
        let Some(found) = found else {
            return Err(if is_damaged(value) {
                let action = "Copy the whole token again.";
                refused("token_damaged", "this token is not whole, or mistyped", action)
            } else {
                let action = "Check that the whole token was copied, and that it was not revoked.";
                refused("token_unknown", "this token is not known", action)
            });
        };
        if found.token.expired(now_ms) {
            let action = "Ask an admin to create another.";
            return Err(refused("token_expired", "this token has ended", action));
        }
        self.used(found, now_ms);
        Ok(Arc::clone(found))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn entry(
    now_ms: i64,
    actor: &str,
    action: AuditAction,
    name: &str,
    detail: impl Into<String>,
) -> AuditEntry {
    AuditEntry::new(now_ms, actor, action, AuditSubject::new(SubjectKind::Token, name), detail)
}

/// A role as it is written everywhere.
pub(crate) fn role_name(role: TokenRole) -> &'static str {
    match role {
        TokenRole::Viewer => "viewer",
        TokenRole::Operator => "operator",
        TokenRole::Admin => "admin",
        TokenRole::Platform => "platform",
        TokenRole::Metrics => "metrics",
    }
}
