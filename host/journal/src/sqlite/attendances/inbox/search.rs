//! Searching attendances.

use eclusa_model::Protocol;
use rusqlite::{Connection, OptionalExtension, params};

use crate::attendance::{InboxPlace, Record};
use crate::id::Ids;
use crate::words::{is_beginning, words};

/// Notes the words of the contact's name.
pub(super) fn learn_words(conn: &Connection, record: &Record) -> rusqlite::Result<()> {
    let Some(name) = &record.contact.name else { return Ok(()) };
    let mut insert = conn
        .prepare_cached("INSERT OR IGNORE INTO contact_words (word, attendance) VALUES (?1, ?2)")?;
    words(name).iter().try_for_each(|word| insert.execute(params![word, record.id]).map(|_| ()))
}

/// Removes them when the attendance goes.
pub(in crate::sqlite) fn forget_words(conn: &Connection, attendance: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM contact_words WHERE attendance = ?1")?
        .execute([attendance])
        .map(|_| ())
}

/// What fits a text, newest first.
pub(super) fn found(
    conn: &Connection,
    ids: Ids,
    text: &str,
    channel: Option<&str>,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, InboxPlace)>> {
    let text = text.trim();
    let mut found = by_name(conn, text, channel, before, limit)?;
    for column in ["contact", "conversation"] {
        found.extend(by_column(conn, column, text, channel, before, limit)?);
    }
    found.extend(by_number(conn, ids, text, channel)?.filter(|id| *id < before));
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.dedup();
    found.truncate(limit as usize);
    let place = |id| (id, InboxPlace { answered: false, before: id });
    Ok(found.into_iter().map(place).collect())
}

/// So many rows of a word are counted: one with more is common, and what it finds is not
/// sorted but met from the newest on.
const COUNTED: u32 = 5000;

/// Those whose names have words that begin so. The rarest word is looked up, and of
/// equally many one that stands for itself, then the longest; the others in what is
/// found by it; all of it in indexes, whose rows have no checksums.
fn by_name(
    conn: &Connection,
    text: &str,
    channel: Option<&str>,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<i64>> {
    let end = |word: &str| match is_beginning(word) {
        true => format!("{word}\u{10ffff}"),
        false => format!("{word} "),
    };
    let mut words: Vec<(u32, String)> = words(text)
        .into_iter()
        .map(|word| Ok((count(conn, &word, &end(&word))?, word)))
        .collect::<rusqlite::Result<_>>()?;
    words.sort_by_key(|(count, word)| (*count, is_beginning(word), std::cmp::Reverse(word.len())));
    let Some((found, first)) = words.first() else { return Ok(Vec::new()) };
    let (index, condition) = match (is_beginning(first), *found < COUNTED) {
        // The rows of one word are in order.
        (false, _) => ("", "word = ?1 AND ?2 IS NOT NULL AND attendance < ?3"),
        // Those of several words are not; the plus keeps to the index of words.
        (true, true) => ("", "word >= ?1 AND word < ?2 AND +attendance < ?3"),
        // All attendances, each with its few words.
        (true, false) => {
            ("INDEXED BY contact_words_attendance", "word >= ?1 AND word < ?2 AND attendance < ?3")
        }
    };
    let others: Vec<_> = words.iter().skip(1).map(|(_, it)| [it.clone(), end(it)]).collect();
    let others = serde_json::json!(others).to_string();
    conn.prepare_cached(&format!(
        "SELECT DISTINCT attendance FROM main.contact_words AS found {index}
         WHERE {condition}
           AND (?4 IS NULL OR ?4 = (SELECT channel FROM main.attendances
                                    WHERE id = found.attendance))
           AND NOT EXISTS (
               SELECT 1 FROM json_each(?5) AS other WHERE NOT EXISTS (
                   SELECT 1 FROM main.contact_words AS its
                   WHERE its.attendance = found.attendance AND its.word >= other.value ->> 0
                     AND its.word < other.value ->> 1))
         ORDER BY attendance DESC LIMIT ?6"
    ))?
    .query_map(params![first, end(first), before, channel, others, limit], |row| row.get(0))?
    .collect()
}

/// How many rows there are of a word, up to [`COUNTED`].
fn count(conn: &Connection, word: &str, end: &str) -> rusqlite::Result<u32> {
    conn.prepare_cached(
        "SELECT count(*) FROM (SELECT 1 FROM main.contact_words
                               WHERE word >= ?1 AND word < ?2 LIMIT ?3)",
    )?
    .query_row(params![word, end, COUNTED], |row| row.get(0))
}

fn by_column(
    conn: &Connection,
    column: &str,
    text: &str,
    channel: Option<&str>,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached(&format!(
        "SELECT id FROM main.attendances WHERE {column} = ?1 AND id < ?2
         AND (?3 IS NULL OR channel = ?3) ORDER BY id DESC LIMIT ?4"
    ))?
    .query_map(params![text, before, channel, limit], |row| row.get(0))?
    .collect()
}

fn by_number(
    conn: &Connection,
    ids: Ids,
    text: &str,
    channel: Option<&str>,
) -> rusqlite::Result<impl Iterator<Item = i64>> {
    let (column, number) = match (text.parse::<Protocol>(), ids.number(text)) {
        (Ok(protocol), _) => ("protocol", protocol.number()),
        (_, Some(id)) => ("id", id),
        _ => return Ok(None.into_iter()),
    };
    let found = conn
        .prepare_cached(&format!(
            "SELECT id FROM main.attendances WHERE {column} = ?1 AND (?2 IS NULL OR channel = ?2)"
        ))?
        .query_row(params![number, channel], |row| row.get(0))
        .optional()?;
    Ok(found.into_iter())
}

#[cfg(test)]
#[path = "search_test.rs"]
mod tests;
