//! What is done in the data folder of a stopped server.

use std::sync::Arc;

use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{Journal, KeyRotation, SqliteJournal, rfc3339};
use eclusa_model::Secret;
use eclusa_relay::{Clock, SystemClock};

use crate::api::ADMIN;
use crate::auth::{Tokens, new_token};
use crate::config::{Config, JournalKind};
use crate::start::{StartError, open_sqlite};

/// Gives the token `admin` of a stopped server a new value, with the role admin
/// and without an end, and makes it where there is none.
///
/// # Errors
/// Where there is no journal in the folder, another process has it open, or the
/// configuration sets this token itself.
pub async fn reset_admin(config: &Config) -> Result<Secret, StartError> {
    if config.admin_token.is_some() {
        return Err(StartError::AdminConfigured);
    }
    let sqlite = open_existing(config).await?;
    let tokens = Tokens::load(Arc::clone(&sqlite) as Arc<dyn Journal>).await?;
    let token = new_token();
    let now_ms = SystemClock.now_ms();
    tokens.put_admin(ADMIN, &token, "reset-admin", (rfc3339(now_ms), now_ms)).await?;
    close(sqlite).await?;
    Ok(token)
}

/// Puts all secrets of a stopped server under the newest key; see
/// [`Journal::rotate_keys`].
///
/// # Errors
/// Where there is no journal in the folder, another process has it open, or keys
/// or secrets cannot be read.
pub async fn rotate_keys(config: &Config) -> Result<KeyRotation, StartError> {
    let sqlite = open_existing(config).await?;
    let subject = AuditSubject::new(SubjectKind::Key, "secrets");
    let now_ms = SystemClock.now_ms();
    let detail = "all secrets are under the newest key";
    let audit = AuditEntry::new(now_ms, "secrets-rotate", AuditAction::Rotated, subject, detail);
    let rotation = sqlite.rotate_keys(audit).await?;
    close(sqlite).await?;
    Ok(rotation)
}

async fn open_existing(config: &Config) -> Result<Arc<SqliteJournal>, StartError> {
    if config.journal == JournalKind::Memory || !config.data.join("journal.db").is_file() {
        return Err(StartError::NoJournal(config.data.clone()));
    }
    open_sqlite(config).await
}

async fn close(sqlite: Arc<SqliteJournal>) -> Result<(), StartError> {
    let closed = tokio::task::spawn_blocking(move || sqlite.close()).await;
    closed.map_err(|error| StartError::Broken(error.to_string()))
}
