//! Secrets at the start, and under a new key.

use std::collections::BTreeSet;
use std::path::Path;

use fail::fail_point;
use rusqlite::{Connection, params};

use super::OpenError;
use super::seal::Sealer;
use super::vault::{self, KeyError, KeyId, KeySource, OpenFailure};
use super::wal::Marks;
use super::writer::Fault;
use crate::{JournalError, KeyRotation};

/// What a row holds of secrets, as it stands.
struct Row {
    id: String,
    revision: u64,
    stored: Vec<u8>,
}

/// Reads the keys, and makes sure that all that is stored opens with them. What
/// an older program has stored as it was is sealed now, and wiped from the file.
pub(super) fn start(
    conn: &mut Connection,
    folder: &Path,
    source: &KeySource,
    marks: &mut Marks,
) -> Result<Sealer, OpenError> {
    let (plain, sealed): (Vec<_>, Vec<_>) =
        rows(conn)?.into_iter().partition(|row| vault::is_plain(&row.stored));
    let ring = match (vault::load(source, folder)?, sealed.first()) {
        (Some(ring), _) => ring,
        (None, Some(row)) => {
            let key = vault::key_of(&row.stored)
                .map_err(|_| KeyError::Altered { channel: row.id.clone() })?;
            return Err(OpenError::Key(KeyError::Missing {
                channel: row.id.clone(),
                key: key.to_string(),
                setting: source.name(folder),
                known: "none".to_owned(),
            }));
        }
        (None, None) => {
            let ring = vault::add_to_folder(folder, None, &BTreeSet::new())?;
            tracing::warn!(
                key = %ring.current().id(),
                file = source.name(folder),
                "a key was made that encrypts secrets; lying beside the database, it protects \
                 copies and backups of the database only: keep a copy of it elsewhere, or set \
                 `secrets.key_file`"
            );
            ring
        }
    };
    let sealer = Sealer::new(ring, source.clone(), folder);
    for row in &sealed {
        sealer.open(&row.id, row.revision, &row.stored)?;
    }
    if !plain.is_empty() {
        seal_plain(conn, &sealer, &plain)?;
    }
    clean(conn, marks)?;
    Ok(sealer)
}

fn rows(conn: &Connection) -> rusqlite::Result<Vec<Row>> {
    // Not by way of the checksums: what is sealed tells by itself whether it is whole.
    conn.prepare("SELECT id, revision, sealed FROM main.channels ORDER BY id")?
        .query_map([], |row| {
            let revision = row.get::<_, i64>(1)?.unsigned_abs();
            Ok(Row { id: row.get(0)?, revision, stored: row.get(2)? })
        })?
        .collect()
}

fn seal_plain(conn: &mut Connection, sealer: &Sealer, plain: &[Row]) -> Result<(), OpenError> {
    let tx = conn.transaction()?;
    for row in plain {
        let sealed =
            sealer.seal_bytes(&row.id, row.revision, &row.stored).map_err(OpenError::Seal)?;
        put(&tx, &row.id, &sealed)?;
    }
    tx.execute("INSERT INTO unclean (since) VALUES (datetime('now'))", [])?;
    tx.commit()?;
    tracing::info!(channels = plain.len(), "secrets that were stored as they are were encrypted");
    Ok(())
}

fn put(conn: &Connection, id: &str, sealed: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE channels SET sealed = ?2 WHERE id = ?1")?
        .execute(params![id, sealed])
        .map(|_| ())
}

/// Writes the whole database anew where pages that are not used any more may
/// still hold secrets; a crash before its end lets the next start do it.
fn clean(conn: &Connection, marks: &mut Marks) -> Result<(), OpenError> {
    if !conn.prepare("SELECT 1 FROM unclean")?.exists([])? {
        return Ok(());
    }
    tracing::info!(
        "the database is written anew, so that no unencrypted secret is left in its file; on a \
         large journal this takes its time"
    );
    let cleaned = conn.execute_batch("VACUUM").and_then(|()| marks.empty_log(conn));
    match cleaned {
        Ok(true) => {
            conn.execute("DELETE FROM unclean", [])?;
            Ok(())
        }
        // It needs as much room as the database has. Messages come first.
        Ok(false) => {
            tracing::error!("unencrypted secrets may be left in the file: it was in use");
            Ok(())
        }
        Err(error) => {
            tracing::error!(
                %error,
                "unencrypted secrets may be left in the file; make room on the disk, as much as \
                 the journal has, and start again"
            );
            Ok(())
        }
    }
}

/// The keys that something is encrypted with. What does not tell its key does not
/// open either.
pub(super) fn used_keys(conn: &Connection) -> rusqlite::Result<BTreeSet<KeyId>> {
    Ok(rows(conn)?.iter().filter_map(|row| vault::key_of(&row.stored).ok()).collect())
}

/// Puts all secrets under the current key. Again changes nothing.
pub(super) fn rewrap(conn: &Connection, sealer: &Sealer) -> Result<KeyRotation, Fault> {
    let ring = sealer.ring();
    let mut rotation = KeyRotation {
        key: Some(ring.current().id().to_string()),
        rewrapped: 0,
        unchanged: 0,
        older: ring.all().skip(1).map(|key| key.id().to_string()).collect(),
    };
    for row in rows(conn)? {
        let context = Sealer::context(&row.id, row.revision);
        match vault::rewrap(&ring, context, &row.stored) {
            Ok(None) => rotation.unchanged += 1,
            Ok(Some(sealed)) => {
                put(conn, &row.id, &sealed)?;
                fail_point!("storage.rewrapping");
                rotation.rewrapped += 1;
            }
            Err(failure) => return Err(refused(sealer, &row.id, failure)),
        }
    }
    Ok(rotation)
}

fn refused(sealer: &Sealer, channel: &str, failure: OpenFailure) -> Fault {
    Fault::Refused(JournalError::Keys(sealer.error(channel, failure).to_string()))
}

#[cfg(test)]
#[path = "sealing_test.rs"]
mod tests;
