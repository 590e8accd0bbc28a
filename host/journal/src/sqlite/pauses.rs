//! Destinations that are paused.

use rusqlite::{Connection, params};

use super::text::Text;
use crate::{Destination, Pause};

/// All of them.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<(Destination, Pause)>> {
    conn.prepare_cached("SELECT channel, pause FROM pauses ORDER BY channel")?
        .query_map([], |row| {
            let channel: String = row.get(0)?;
            let Text(pause) = row.get(1)?;
            let destination = if channel.is_empty() {
                Destination::Platform
            } else {
                Destination::Chat { channel }
            };
            Ok((destination, pause))
        })?
        .collect()
}

/// Pauses one, or resumes it.
pub(super) fn set(
    conn: &Connection,
    destination: &Destination,
    pause: Option<&Pause>,
) -> rusqlite::Result<()> {
    // No channel has an empty id.
    let channel = destination.channel().unwrap_or_default();
    match pause {
        Some(pause) => conn
            .prepare_cached("INSERT OR REPLACE INTO pauses (channel, pause) VALUES (?1, ?2)")?
            .execute(params![channel, Text(pause)])?,
        None => conn.prepare_cached("DELETE FROM pauses WHERE channel = ?1")?.execute([channel])?,
    };
    Ok(())
}
