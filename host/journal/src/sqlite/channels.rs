//! Channels, their logos, and API tokens.

use eclusa_model::Channel;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::seal;
use super::text::Text;
use super::writer::{Fault, Unit};
use crate::{ChannelChange, JournalError, Token};

/// All channels, by id.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<Channel>> {
    conn.prepare_cached(
        "SELECT profile, sealed, revision, created_at, updated_at FROM channels ORDER BY id",
    )?
    .query_map([], channel)?
    .collect()
}

fn channel(row: &Row<'_>) -> rusqlite::Result<Channel> {
    let Text(profile) = row.get(0)?;
    let secrets = seal::open(row.get_ref(1)?.as_blob()?).map_err(|error| {
        let column = rusqlite::types::Type::Blob;
        rusqlite::Error::FromSqlConversionFailure(1, column, Box::new(error))
    })?;
    Ok(Channel {
        profile,
        headers: secrets.headers,
        secrets: secrets.secrets,
        ingress_key: secrets.ingress_key,
        revision: row.get::<_, i64>(2)?.unsigned_abs(),
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
    })
}

/// Changes a channel where the revision expected is the newest, and its id is
/// not that of a deleted one.
pub(super) fn change(unit: &Unit<'_>, change: &ChannelChange) -> Result<(), Fault> {
    let (id, expected) = match change {
        ChannelChange::Put { channel, expected } => (&channel.profile.id, *expected),
        ChannelChange::Delete { id, expected } => (id, *expected),
    };
    let found: Option<i64> = unit
        .conn
        .prepare_cached("SELECT revision FROM sound_channels WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let exists = found.is_some();
    let found = found.map_or(0, i64::unsigned_abs);
    if found != expected {
        return Err(Fault::Refused(JournalError::RevisionConflict {
            id: id.clone(),
            expected,
            found,
        }));
    }
    match change {
        ChannelChange::Put { .. } if !exists && is_retired(unit.conn, id)? => {
            return Err(Fault::Refused(JournalError::ChannelRetired { id: id.clone() }));
        }
        ChannelChange::Put { channel, .. } => put(unit.conn, channel)?,
        ChannelChange::Delete { .. } if !exists => {}
        ChannelChange::Delete { id, .. } => {
            unit.conn.prepare_cached("DELETE FROM channels WHERE id = ?1")?.execute([id])?;
            set_logo(unit.conn, id, None)?;
            unit.conn
                .prepare_cached("INSERT INTO retired_channels (id, retired_at_ms) VALUES (?1, ?2)")?
                .execute(params![id, unit.now_ms])?;
        }
    }
    Ok(())
}

fn is_retired(conn: &Connection, id: &str) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM retired_channels WHERE id = ?1")?.exists([id])
}

fn put(conn: &Connection, channel: &Channel) -> rusqlite::Result<()> {
    let sealed = seal::seal(channel)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO channels
         (id, revision, profile, sealed, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        channel.profile.id,
        i64::try_from(channel.revision).unwrap_or(i64::MAX),
        Text(&channel.profile),
        sealed,
        channel.created_at,
        channel.updated_at
    ])?;
    Ok(())
}

/// A channel's logo: MIME type and bytes.
pub(super) fn logo(
    conn: &Connection,
    channel: &str,
) -> rusqlite::Result<Option<(String, Vec<u8>)>> {
    conn.prepare_cached("SELECT mime, bytes FROM logos WHERE channel = ?1")?
        .query_row([channel], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Sets or removes a channel's logo.
pub(super) fn set_logo(
    conn: &Connection,
    channel: &str,
    logo: Option<&(String, Vec<u8>)>,
) -> rusqlite::Result<()> {
    match logo {
        Some((mime, bytes)) => conn
            .prepare_cached(
                "INSERT OR REPLACE INTO logos (channel, mime, bytes) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![channel, mime, bytes])?,
        None => conn.prepare_cached("DELETE FROM logos WHERE channel = ?1")?.execute([channel])?,
    };
    Ok(())
}

/// All tokens, by name.
pub(super) fn tokens(conn: &Connection) -> rusqlite::Result<Vec<Token>> {
    conn.prepare_cached("SELECT name, hash, role, created_at FROM tokens ORDER BY name")?
        .query_map([], |row| {
            let Text(role) = row.get(2)?;
            Ok(Token { name: row.get(0)?, hash: row.get(1)?, role, created_at: row.get(3)? })
        })?
        .collect()
}

/// Adds a token, or replaces the one of its name.
pub(super) fn put_token(conn: &Connection, token: &Token) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO tokens (name, hash, role, created_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![token.name, token.hash, Text(token.role), token.created_at])
    .map(|_| ())
}
