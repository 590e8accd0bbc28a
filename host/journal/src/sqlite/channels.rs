//! Channels and their logos.

use eclusa_model::{Channel, ChannelProfile};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::readers::storage;
use super::seal::Sealer;
use super::text::Text;
use super::writer::{Fault, Unit};
use super::{flows, pauses};
use crate::{ChannelChange, Destination, JournalError};

/// All channels, by id.
pub(super) fn all(conn: &Connection, sealer: &Sealer) -> Result<Vec<Channel>, JournalError> {
    let rows = || -> rusqlite::Result<Vec<Stored>> {
        conn.prepare_cached(
            "SELECT profile, sealed, revision, created_at, updated_at FROM channels ORDER BY id",
        )?
        .query_map([], stored)?
        .collect()
    };
    rows().map_err(storage)?.into_iter().map(|stored| stored.opened(sealer)).collect()
}

/// A row as it stands.
struct Stored {
    profile: ChannelProfile,
    sealed: Vec<u8>,
    revision: u64,
    created_at: String,
    updated_at: String,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let Text(profile) = row.get(0)?;
    Ok(Stored {
        profile,
        sealed: row.get(1)?,
        revision: row.get::<_, i64>(2)?.unsigned_abs(),
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
    })
}

impl Stored {
    fn opened(self, sealer: &Sealer) -> Result<Channel, JournalError> {
        let secrets = sealer
            .open(&self.profile.id, self.revision, &self.sealed)
            .map_err(|error| JournalError::Keys(error.to_string()))?;
        Ok(Channel {
            profile: self.profile,
            headers: secrets.headers,
            secrets: secrets.secrets,
            ingress_key: secrets.ingress_key,
            previous_ingress: secrets.previous_ingress.map(Into::into),
            documentation_key: secrets.documentation_key,
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Changes a channel where the revision expected is the newest, and its id is
/// not that of a deleted one.
pub(super) fn change(
    unit: &Unit<'_>,
    change: &ChannelChange,
    sealer: &Sealer,
) -> Result<(), Fault> {
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
        ChannelChange::Put { channel, .. } => {
            if let Some(flow) = channel.profile.own_flow()
                && !flows::exists(unit.conn, flow)?
            {
                let id = flow.to_owned();
                return Err(Fault::Refused(JournalError::FlowUnknown { id }));
            }
            put(unit.conn, channel, sealer)?;
        }
        ChannelChange::Delete { .. } if !exists => {}
        ChannelChange::Delete { id, .. } => {
            unit.conn.prepare_cached("DELETE FROM channels WHERE id = ?1")?.execute([id])?;
            set_logo(unit.conn, id, None)?;
            // Nobody could end its pause any more.
            pauses::set(unit.conn, &Destination::Chat { channel: id.clone() }, None)?;
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

fn put(conn: &Connection, channel: &Channel, sealer: &Sealer) -> Result<(), Fault> {
    let sealed =
        sealer.seal(channel).map_err(|error| Fault::Refused(JournalError::Storage(error)))?;
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
