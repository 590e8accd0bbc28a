//! Removing what is old, a little at a time, beside traffic.

use fail::fail_point;
use rusqlite::{Connection, OptionalExtension, params};
use ulid::Ulid;

use super::attendances::inbox::forget_words;
use super::writer::{Fault, Unit};
use crate::id::number_at;
use crate::key::{self, Key};
use crate::prune::{Cut, Place, PruneCursor, Pruned, Removed};

/// So many requests or messages are looked at in one transaction: the writer is
/// held for a millisecond or two.
const PART: u32 = 64;

/// The same of keys, which are small.
const KEYS: u32 = 512;

/// Looks at the next part and removes what is to go.
pub(super) fn part(unit: &mut Unit<'_>, cut: &Cut, from: Place) -> Result<Pruned, Fault> {
    let mut removed = Removed::default();
    let next = match from {
        Place::Unmapped => unmapped(unit.conn, cut, &mut removed)?,
        Place::Requests(after) => requests(unit.conn, cut, after, &mut removed)?,
        Place::Messages(after) => messages(unit.conn, cut, after, &mut removed)?,
        Place::Attendances(after) => attendances(unit.conn, cut, after, &mut removed)?,
        Place::Keys(after) => keys(unit.conn, cut, after, &mut removed)?,
        Place::Audit => audit(unit.conn, cut, &mut removed)?,
    };
    Ok(Pruned { removed, next: next.map(PruneCursor) })
}

/// The bytes of the database that are in use; free pages are used again.
pub(super) fn used_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let used = pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
    Ok(used.saturating_mul(pragma("page_size")?).unsigned_abs())
}

/// The bytes of the database with its free pages, as a connection sees it.
pub(super) fn file_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok(pragma("page_count")?.saturating_mul(pragma("page_size")?).unsigned_abs())
}

/// Requests that could not be mapped, which have the age of letters.
fn unmapped(
    conn: &Connection,
    cut: &Cut,
    removed: &mut Removed,
) -> rusqlite::Result<Option<Place>> {
    let Some(old) = cut.letters_before_ms else { return Ok(Some(Place::Requests(0))) };
    let count = conn
        .prepare_cached(
            "DELETE FROM requests WHERE id IN (
                 SELECT id FROM requests WHERE problem IS NOT NULL AND id < ?1 LIMIT ?2)",
        )?
        .execute(params![number_at(old), PART])?;
    removed.requests += count as u64;
    Ok(Some(if count > 0 { Place::Unmapped } else { Place::Requests(0) }))
}

/// Whether an event or a message is still to be handed on, or waits for a person.
fn is_open(conn: &Connection, cut: &Cut, id: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT 1 FROM deliveries WHERE id = ?1 UNION ALL
         SELECT 1 FROM dead_letters WHERE id = ?1 AND died_at_ms >= ?2",
    )?
    .exists(params![id, cut.letters_before_ms.unwrap_or(i64::MIN)])
}

/// What is about an event or a message goes with it. Its letter does too, and not
/// before: without it, it would look as if it had not failed.
fn belongings(conn: &Connection, id: i64, removed: &mut Removed) -> rusqlite::Result<()> {
    removed.letters += remove(conn, "DELETE FROM dead_letters WHERE id = ?1", id)?;
    removed.attempts += remove(conn, "DELETE FROM attempts WHERE delivery = ?1", id)?;
    Ok(())
}

/// Requests that were mapped, with their events.
fn requests(
    conn: &Connection,
    cut: &Cut,
    after: i64,
    removed: &mut Removed,
) -> rusqlite::Result<Option<Place>> {
    let before = number_at(cut.before_ms);
    let part: Vec<i64> = conn
        .prepare_cached(
            "SELECT id FROM requests WHERE id > ?1 AND id < ?2
             AND problem IS NULL ORDER BY id LIMIT ?3",
        )?
        .query_map((after, before, PART), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let Some(last) = part.last().copied() else { return Ok(Some(Place::Messages(0))) };
    for request in part {
        let events: Vec<(i64, String, String)> = conn
            .prepare_cached("SELECT id, channel, conversation FROM events WHERE request = ?1")?
            .query_map([request], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let mut open = false;
        for (event, ..) in &events {
            // It may have been mapped long after it came in.
            open |= *event >= before || is_open(conn, cut, *event)?;
        }
        if open {
            continue;
        }
        for (event, channel, conversation) in &events {
            keep_conversation(conn, channel, conversation, *event)?;
            belongings(conn, *event, removed)?;
            removed.events += remove(conn, "DELETE FROM events WHERE id = ?1", *event)?;
            conn.prepare_cached("UPDATE pruned SET events = max(events, ?1)")?.execute([event])?;
        }
        fail_point!("storage.pruning");
        removed.requests += remove(conn, "DELETE FROM requests WHERE id = ?1", request)?;
    }
    Ok(Some(Place::Requests(last)))
}

/// Messages to chats.
fn messages(
    conn: &Connection,
    cut: &Cut,
    after: i64,
    removed: &mut Removed,
) -> rusqlite::Result<Option<Place>> {
    let part: Vec<(i64, String, String)> = conn
        .prepare_cached(
            "SELECT id, channel, conversation FROM messages WHERE id > ?1 AND id < ?2
             ORDER BY id LIMIT ?3",
        )?
        .query_map((after, number_at(cut.before_ms), PART), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let Some((last, ..)) = part.last() else { return Ok(Some(Place::Attendances(0))) };
    let last = *last;
    for (message, channel, conversation) in &part {
        if is_open(conn, cut, *message)? {
            continue;
        }
        keep_conversation(conn, channel, conversation, *message)?;
        belongings(conn, *message, removed)?;
        removed.messages += remove(conn, "DELETE FROM messages WHERE id = ?1", *message)?;
    }
    Ok(Some(Place::Messages(last)))
}

/// Attendances that have closed and of which nothing is left but what tells of them.
/// The newest one stays: the next protocol number follows its own.
fn attendances(
    conn: &Connection,
    cut: &Cut,
    after: i64,
    removed: &mut Removed,
) -> rusqlite::Result<Option<Place>> {
    let before = number_at(cut.before_ms);
    let part: Vec<(i64, bool)> = conn
        .prepare_cached(
            "SELECT id, closed_at_ms < ?3 AND id < (SELECT max(id) FROM attendances)
                 AND NOT EXISTS (SELECT 1 FROM messages WHERE attendance = attendances.id)
                 AND NOT EXISTS (SELECT 1 FROM events
                                 WHERE attendance = attendances.id AND request <> 0)
             FROM attendances WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?4",
        )?
        .query_map((after, before, cut.before_ms, PART), |row| {
            Ok((row.get(0)?, row.get::<_, Option<bool>>(1)?.unwrap_or_default()))
        })?
        .collect::<Result<_, _>>()?;
    let Some((last, _)) = part.last() else { return Ok(Some(Place::Keys([0; 16]))) };
    let last = *last;
    for (attendance, _) in part.into_iter().filter(|(_, is_over)| *is_over) {
        let events: Vec<i64> = conn
            .prepare_cached("SELECT id FROM events WHERE attendance = ?1")?
            .query_map([attendance], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut open = false;
        for event in &events {
            open |= is_open(conn, cut, *event)?;
        }
        if open {
            continue;
        }
        for event in events {
            belongings(conn, event, removed)?;
            removed.events += remove(conn, "DELETE FROM events WHERE id = ?1", event)?;
            conn.prepare_cached("UPDATE pruned SET events = max(events, ?1)")?.execute([event])?;
        }
        forget_words(conn, attendance)?;
        removed.attendances += remove(conn, "DELETE FROM attendances WHERE id = ?1", attendance)?;
    }
    Ok(Some(Place::Attendances(last)))
}

/// A conversation stays known when what made it known is removed: 0 stands for it.
fn keep_conversation(
    conn: &Connection,
    channel: &str,
    conversation: &str,
    id: i64,
) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE keys SET id = 0 WHERE key = ?1 AND id = ?2")?
        .execute(params![key::conversation(channel, conversation), id])
        .map(|_| ())
}

/// Keys of what is removed.
fn keys(
    conn: &Connection,
    cut: &Cut,
    after: Key,
    removed: &mut Removed,
) -> rusqlite::Result<Option<Place>> {
    let last: Option<Key> = conn
        .prepare_cached(
            "SELECT max(key) FROM (SELECT key FROM keys WHERE key > ?1 ORDER BY key LIMIT ?2)",
        )?
        .query_row((after, KEYS), |row| row.get(0))
        .optional()?
        .flatten();
    let Some(last) = last else { return Ok(Some(Place::Audit)) };
    removed.keys += conn
        .prepare_cached(
            "DELETE FROM keys WHERE key > ?1 AND key <= ?2 AND id > 0 AND id < ?3
             AND NOT EXISTS (SELECT 1 FROM events WHERE events.id = keys.id)
             AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.id = keys.id)",
        )?
        .execute(params![after, last, number_at(cut.before_ms)])? as u64;
    Ok(Some(Place::Keys(last)))
}

/// Entries of the audit log.
fn audit(conn: &Connection, cut: &Cut, removed: &mut Removed) -> rusqlite::Result<Option<Place>> {
    let Some(before_ms) = cut.audit_before_ms else { return Ok(None) };
    let before = Ulid::from_parts(before_ms.max(0).unsigned_abs(), 0).to_string();
    conn.prepare_cached(
        "DELETE FROM audit_subjects WHERE entry IN
         (SELECT id FROM audit WHERE id < ?1 ORDER BY id LIMIT ?2)",
    )?
    .execute(params![before, PART])?;
    let entries = conn
        .prepare_cached(
            "DELETE FROM audit WHERE id IN
             (SELECT id FROM audit WHERE id < ?1 ORDER BY id LIMIT ?2)",
        )?
        .execute(params![before, PART])?;
    removed.audit += entries as u64;
    Ok((entries > 0).then_some(Place::Audit))
}

fn remove(conn: &Connection, sql: &str, id: i64) -> rusqlite::Result<u64> {
    Ok(conn.prepare_cached(sql)?.execute([id])? as u64)
}
