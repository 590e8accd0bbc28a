//! Who did what.

use rusqlite::{Connection, Params, params};

use super::readers::storage;
use super::text::Text;
use crate::registry::{AuditAbout, AuditEntry};
use crate::{JournalError, Page};

/// Records an entry; an error where its id is taken.
pub(super) fn write(conn: &Connection, entry: &AuditEntry) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO audit (id, entry) VALUES (?1, ?2)")?
        .execute(params![entry.id, Text(entry)])?;
    for (kind, subject) in entry.subjects() {
        conn.prepare_cached(
            "INSERT OR IGNORE INTO audit_subjects (kind, subject, entry) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![Text(kind), subject, entry.id])?;
    }
    Ok(())
}

/// Entries, newest first.
pub(super) fn page(
    conn: &Connection,
    about: Option<&AuditAbout>,
    page: &Page,
) -> Result<Vec<AuditEntry>, JournalError> {
    let before = super::registry::before(page)?;
    let limit = page.limit.clamp(1, 500);
    match about {
        None => entries(
            conn,
            "SELECT entry FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
            params![before, limit],
        ),
        Some(AuditAbout { kind, id: None }) => entries(
            conn,
            "SELECT entry FROM audit WHERE id < ?1
             AND id IN (SELECT entry FROM audit_subjects WHERE kind = ?3)
             ORDER BY id DESC LIMIT ?2",
            params![before, limit, Text(kind)],
        ),
        Some(AuditAbout { kind, id: Some(id) }) => entries(
            conn,
            "SELECT audit.entry FROM audit_subjects JOIN audit ON audit.id = audit_subjects.entry
             WHERE kind = ?3 AND subject = ?4 AND audit_subjects.entry < ?1
             ORDER BY audit_subjects.entry DESC LIMIT ?2",
            params![before, limit, Text(kind), id],
        ),
    }
    .map_err(storage)
}

fn entries(
    conn: &Connection,
    query: &str,
    params: impl Params,
) -> rusqlite::Result<Vec<AuditEntry>> {
    conn.prepare_cached(query)?
        .query_map(params, |row| row.get(0).map(|Text(entry)| entry))?
        .collect()
}
