//! Reading letters.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::readers::storage;
use super::text::Text;
use super::{events, requests, trace};
use crate::clock::rfc3339;
use crate::id::Ids;
use crate::{
    DeadLetter, JournalError, LetterContent, LetterFilter, LetterKind, LetterRecord, LetterState,
    RequestRecord, Target, Window, body,
};

const DELIVERIES: &str = "
    SELECT id, target, channel, conversation, revision, problem, attempts, died_at_ms, discarded,
           EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = dead_letters.id)
    FROM dead_letters";

const REQUESTS: &str = "
    SELECT id, channel, json_extract(meta, '$.revision'), problem, received_at, discarded
    FROM requests";

/// Which rows, and in which order.
struct Part {
    from: i64,
    compare: &'static str,
    order: &'static str,
    limit: u32,
}

impl Part {
    fn of(window: &Window) -> Result<Self, JournalError> {
        let (cursor, default, compare, order, limit) = match window {
            Window::Newest { before, limit } => (before, i64::MAX, "<", "DESC", *limit),
            Window::Oldest { after, limit } => (after, 0, ">", "ASC", *limit),
        };
        let from = match cursor {
            None => default,
            Some(cursor) => Ids::position(cursor)
                .ok_or_else(|| JournalError::Cursor { cursor: cursor.clone() })?,
        };
        Ok(Self { from, compare, order, limit: limit.clamp(1, 500) })
    }
}

/// Letters of all kinds.
pub(super) fn page(
    conn: &Connection,
    ids: Ids,
    filter: &LetterFilter,
    window: &Window,
) -> Result<Vec<DeadLetter>, JournalError> {
    let part = Part::of(window)?;
    let wanted = |kind| filter.kind.is_none_or(|only| only == kind);
    let mut found = Vec::new();
    if wanted(LetterKind::Message) || wanted(LetterKind::Event) {
        found.extend(deliveries(conn, ids, filter, &part).map_err(storage)?);
    }
    if wanted(LetterKind::Request) && filter.conversation.is_none() {
        found.extend(unmapped(conn, ids, filter, &part).map_err(storage)?);
    }
    // Ids are as long as each other, so they sort as text.
    match window {
        Window::Newest { .. } => found.sort_unstable_by(|a, b| b.id.cmp(&a.id)),
        Window::Oldest { .. } => found.sort_unstable_by(|a, b| a.id.cmp(&b.id)),
    }
    found.truncate(part.limit as usize);
    Ok(found)
}

fn deliveries(
    conn: &Connection,
    ids: Ids,
    filter: &LetterFilter,
    part: &Part,
) -> rusqlite::Result<Vec<DeadLetter>> {
    let Part { from, compare, order, limit } = part;
    let target = match filter.kind {
        Some(LetterKind::Message) => Some(Text(Target::Chat)),
        Some(LetterKind::Event) => Some(Text(Target::Platform)),
        Some(LetterKind::Request) | None => None,
    };
    let mut statement = conn.prepare_cached(&format!(
        "{DELIVERIES}
         WHERE id {compare} :from
           AND (discarded IS NOT NULL) = :discarded
           AND (:target IS NULL OR target = :target)
           AND (:channel IS NULL OR channel = :channel)
           AND (:conversation IS NULL OR conversation = :conversation)
           AND (:code IS NULL OR json_extract(problem, '$.code') = :code)
           AND (:adapter IS NULL OR json_extract(revision, '$.adapter') = :adapter)
           AND (:revision IS NULL OR
                substr(json_extract(revision, '$.sha256'), 1, length(:revision)) = :revision)
           AND (:died_from_ms IS NULL OR died_at_ms >= :died_from_ms)
         ORDER BY id {order} LIMIT :limit"
    ))?;
    let parameters = named_params! {
        ":from": from,
        ":discarded": filter.state == LetterState::Discarded,
        ":target": target,
        ":channel": filter.channel,
        ":conversation": filter.conversation,
        ":code": filter.code,
        ":adapter": filter.adapter,
        ":revision": filter.revision,
        ":died_from_ms": filter.died_from_ms,
        ":limit": limit,
    };
    statement.query_map(parameters, |row| delivery(row, ids))?.collect()
}

fn unmapped(
    conn: &Connection,
    ids: Ids,
    filter: &LetterFilter,
    part: &Part,
) -> rusqlite::Result<Vec<DeadLetter>> {
    let Part { from, compare, order, limit } = part;
    let mut statement = conn.prepare_cached(&format!(
        "{REQUESTS}
         WHERE problem IS NOT NULL AND id {compare} :from
           AND (discarded IS NOT NULL) = :discarded
           AND (:channel IS NULL OR channel = :channel)
           AND (:code IS NULL OR json_extract(problem, '$.code') = :code)
           AND (:adapter IS NULL OR json_extract(meta, '$.revision.adapter') = :adapter)
           AND (:revision IS NULL OR
                substr(json_extract(meta, '$.revision.sha256'), 1, length(:revision)) = :revision)
           AND (:died_from IS NULL OR id >= :died_from)
         ORDER BY id {order} LIMIT :limit"
    ))?;
    let parameters = named_params! {
        ":from": from,
        ":discarded": filter.state == LetterState::Discarded,
        ":channel": filter.channel,
        ":code": filter.code,
        ":adapter": filter.adapter,
        ":revision": filter.revision,
        // A request fails when it is recorded, and its id holds that time.
        ":died_from": filter.died_from_ms.map(Ids::first_at),
        ":limit": limit,
    };
    statement.query_map(parameters, |row| request(row, ids))?.collect()
}

fn delivery(row: &Row<'_>, ids: Ids) -> rusqlite::Result<DeadLetter> {
    let Text(target) = row.get(1)?;
    let conversation: String = row.get(3)?;
    let revision: Option<Text<_>> = row.get(4)?;
    let Text(problem) = row.get(5)?;
    let discarded: Option<Text<_>> = row.get(8)?;
    Ok(DeadLetter {
        id: ids.text(row.get(0)?),
        kind: match target {
            Target::Chat => LetterKind::Message,
            Target::Platform => LetterKind::Event,
        },
        channel: row.get(2)?,
        conversation: Some(conversation).filter(|name| !name.is_empty()),
        problem,
        revision: revision.map(|Text(revision)| revision),
        attempts: row.get(6)?,
        held: row.get(9)?,
        died_at: rfc3339(row.get(7)?),
        discarded: discarded.map(|Text(discarded)| discarded),
    })
}

fn request(row: &Row<'_>, ids: Ids) -> rusqlite::Result<DeadLetter> {
    let revision: Option<Text<_>> = row.get(2)?;
    let Text(problem) = row.get(3)?;
    let discarded: Option<Text<_>> = row.get(5)?;
    Ok(DeadLetter {
        id: ids.text(row.get(0)?),
        kind: LetterKind::Request,
        channel: row.get(1)?,
        conversation: None,
        problem,
        revision: revision.map(|Text(revision)| revision),
        attempts: 1,
        held: false,
        died_at: row.get(4)?,
        discarded: discarded.map(|Text(discarded)| discarded),
    })
}

/// One letter with all that is known of it.
pub(super) fn by_id(
    conn: &Connection,
    ids: Ids,
    number: i64,
) -> Result<Option<LetterRecord>, JournalError> {
    let found = conn
        .prepare_cached(&format!("{DELIVERIES} WHERE id = ?1"))
        .and_then(|mut statement| {
            statement.query_row([number], |row| delivery(row, ids)).optional()
        })
        .map_err(storage)?;
    let Some(letter) = found else { return unmapped_by_id(conn, ids, number) };
    let content = match letter.kind {
        LetterKind::Message => message(conn, ids, number)?,
        LetterKind::Event | LetterKind::Request => event(conn, ids, number)?,
    };
    let attempts = trace::attempts(conn, number).map_err(storage)?;
    Ok(content.map(|content| LetterRecord { letter, content, attempts }))
}

fn unmapped_by_id(
    conn: &Connection,
    ids: Ids,
    number: i64,
) -> Result<Option<LetterRecord>, JournalError> {
    let found = conn
        .prepare_cached(&format!("{REQUESTS} WHERE id = ?1 AND problem IS NOT NULL"))
        .and_then(|mut statement| statement.query_row([number], |row| request(row, ids)).optional())
        .map_err(storage)?;
    let Some(letter) = found else { return Ok(None) };
    let record: Option<RequestRecord> = requests::by_id(conn, ids, number)?;
    Ok(record.map(|record| LetterRecord {
        letter,
        content: LetterContent::Request(Box::new(record)),
        attempts: Vec::new(),
    }))
}

fn message(
    conn: &Connection,
    ids: Ids,
    number: i64,
) -> Result<Option<LetterContent>, JournalError> {
    let stored: Option<(String, String)> = conn
        .prepare_cached("SELECT channel, body FROM messages WHERE id = ?1")
        .and_then(|mut statement| {
            statement.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(storage)?;
    let Some((channel, stored)) = stored else { return Ok(None) };
    let json = body::outbound_json(&ids.text(number), &channel, &stored).map_err(storage)?;
    Ok(Some(LetterContent::Message(json)))
}

fn event(conn: &Connection, ids: Ids, number: i64) -> Result<Option<LetterContent>, JournalError> {
    let Some(event) = events::by_id(conn, ids, number)? else { return Ok(None) };
    let request: i64 = conn
        .prepare_cached("SELECT request FROM events WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([number], |row| row.get(0)))
        .map_err(storage)?;
    let request = requests::by_id(conn, ids, request)?.map(Box::new);
    Ok(Some(LetterContent::Event { event, request }))
}
