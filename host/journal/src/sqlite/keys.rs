//! The table of keys.

use rusqlite::{Connection, OptionalExtension, params};

use crate::key::Key;

/// Takes a key for `id`; returns the id that has it already, if one has.
pub(super) fn claim(conn: &Connection, key: &Key, id: i64) -> rusqlite::Result<Option<i64>> {
    if keep(conn, key, id)? { Ok(None) } else { get(conn, key) }
}

/// Takes a key for `id` unless it is taken already; whether it was free.
pub(super) fn keep(conn: &Connection, key: &Key, id: i64) -> rusqlite::Result<bool> {
    let inserted = conn
        .prepare_cached(
            "INSERT INTO keys (key, id, checksum) VALUES (?1, ?2, row_sum(?1, ?2))
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![key, id])?;
    Ok(inserted == 1)
}

/// Sets a key, whoever had it.
pub(super) fn set(conn: &Connection, key: &Key, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO keys (key, id, checksum) VALUES (?1, ?2, row_sum(?1, ?2))",
    )?
    .execute(params![key, id])
    .map(|_| ())
}

/// The id that has a key.
pub(super) fn get(conn: &Connection, key: &Key) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT id FROM sound_keys WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}
