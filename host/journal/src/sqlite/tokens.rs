//! API tokens.

use rusqlite::{Connection, params};

use super::text::Text;
use super::writer::Fault;
use crate::{JournalError, Token, TokenChange};

/// All tokens, by name.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<Token>> {
    conn.prepare_cached(
        "SELECT name, hash, role, created_at, expires_at_ms, last_used_at_ms
         FROM tokens ORDER BY name",
    )?
    .query_map([], |row| {
        let Text(role) = row.get(2)?;
        Ok(Token {
            name: row.get(0)?,
            hash: row.get(1)?,
            role,
            created_at: row.get(3)?,
            expires_at_ms: row.get(4)?,
            last_used_at_ms: row.get(5)?,
        })
    })?
    .collect()
}

/// Changes them, or says why not.
pub(super) fn change(conn: &Connection, change: &TokenChange) -> Result<(), Fault> {
    match change {
        TokenChange::Create(token) => create(conn, token)?,
        TokenChange::Rotate { token, before } => {
            create(conn, before)?;
            put(conn, token)?;
        }
        TokenChange::Put(token) => put(conn, token)?,
        TokenChange::Revoke(name) => {
            let removed =
                conn.prepare_cached("DELETE FROM tokens WHERE name = ?1")?.execute([name])?;
            if removed == 0 {
                return Err(Fault::Refused(JournalError::TokenUnknown { name: name.clone() }));
            }
        }
    }
    Ok(())
}

fn create(conn: &Connection, token: &Token) -> Result<(), Fault> {
    let taken =
        conn.prepare_cached("SELECT 1 FROM tokens WHERE name = ?1")?.exists([&token.name])?;
    if taken {
        let name = token.name.clone();
        return Err(Fault::Refused(JournalError::TokenExists { name }));
    }
    Ok(put(conn, token)?)
}

fn put(conn: &Connection, token: &Token) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO tokens
         (name, hash, role, created_at, expires_at_ms, last_used_at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        token.name,
        token.hash,
        Text(token.role),
        token.created_at,
        token.expires_at_ms,
        token.last_used_at_ms
    ])
    .map(|_| ())
}

/// Notes when a token was last let in.
pub(super) fn used(conn: &Connection, name: &str, at_ms: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE tokens SET last_used_at_ms = ?2 WHERE name = ?1")?
        .execute(params![name, at_ms])
        .map(|_| ())
}
