//! Comparing the checksums of all rows, a little at a time, beside traffic: damage to a
//! row that nobody reads is found while a backup of it is still there.
//!
//! The place where it goes on is kept in the database, with what was found, at most once
//! a minute: a server that is started anew every day comes to the end too.

use std::collections::BTreeSet;
use std::mem;

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::{Deserialize, Serialize};

use super::sums::{self, Table};
use super::text::Text;
use crate::{DamagedRow, ScrubStatus, Scrubbed, rfc3339};

use key::KeyPart;

mod key;

/// So many rows are read in one part,
const ROWS: u64 = 256;

/// and no further one after so many bytes: a part takes some milliseconds, in which no
/// reader lets the log be begun anew.
const BYTES: u64 = 4 << 20;

/// So many damaged rows of a pass are kept.
const LISTED: usize = 100;

/// How often the place is kept.
const KEEP_MS: i64 = 60_000;

/// How far it has come, and what was found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Scrub {
    at: Place,
    last_pass_at_ms: Option<i64>,
    /// By the pass before this one.
    before: BTreeSet<DamagedRow>,
    /// By this one.
    found: BTreeSet<DamagedRow>,
    #[serde(skip)]
    kept_at_ms: i64,
}

/// After which row of which table it goes on; the tables in the order of their names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    table: String,
    /// The parts of the key; none before the first row.
    after: Vec<KeyPart>,
}

impl Scrub {
    /// How it was left. One that cannot be read begins anew.
    pub(super) fn load(conn: &Connection) -> Self {
        let kept = conn
            .query_row("SELECT state FROM sound_scrub WHERE id = 1", [], |row| row.get(0))
            .optional();
        match kept {
            Ok(kept) => kept.map(|Text(scrub)| scrub).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "comparing the rows' checksums begins anew");
                Self::default()
            }
        }
    }

    /// Keeps it.
    pub(super) fn keep(&self, conn: &Connection) -> rusqlite::Result<()> {
        conn.prepare_cached(
            "INSERT INTO scrub (id, state) VALUES (1, ?1)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state",
        )?
        .execute(params![Text(self)])
        .map(|_| ())
    }

    /// Whether it is to be kept now.
    pub(super) fn is_due(&mut self, now_ms: i64, part: &Scrubbed) -> bool {
        // A clock that was set back counts as well.
        let is_due = part.ended
            || !part.damaged.is_empty()
            || now_ms.abs_diff(self.kept_at_ms) >= KEEP_MS.unsigned_abs();
        if is_due {
            self.kept_at_ms = now_ms;
        }
        is_due
    }

    /// What it tells.
    pub(super) fn status(&self) -> ScrubStatus {
        ScrubStatus {
            last_pass_at: self.last_pass_at_ms.map(rfc3339),
            damaged: self.before.union(&self.found).cloned().collect(),
        }
    }

    /// Takes in what a part has found; `name` names a row as the API does.
    pub(super) fn take(
        &mut self,
        Part { mut scrubbed, next }: Part,
        now_ms: i64,
        name: impl Fn(&str, String) -> String,
    ) -> Scrubbed {
        for damaged in &mut scrubbed.damaged {
            damaged.row = name(&damaged.table, mem::take(&mut damaged.row));
            if self.found.len() < LISTED {
                self.found.insert(damaged.clone());
            }
        }
        scrubbed.ended = next.is_none();
        if scrubbed.ended {
            self.last_pass_at_ms = Some(now_ms);
            self.before = mem::take(&mut self.found);
        }
        self.at = next.unwrap_or_default();
        scrubbed
    }

    /// Reads the next part.
    pub(super) fn part(&self, conn: &Connection) -> rusqlite::Result<Part> {
        let mut part = Part::default();
        let tables = sums::tables(conn)?;
        let left = tables.iter().filter(|it| it.has_checksum && it.name >= self.at.table);
        for table in left {
            let start = match table.name == self.at.table {
                true => self.at.after.clone(),
                false => Vec::new(),
            };
            let after = part.read(conn, table, start)?;
            if part.is_full()
                && let Some(after) = after
            {
                part.next = Some(Place { table: table.name.clone(), after });
                break;
            }
        }
        Ok(part)
    }
}

/// What one part has read.
#[derive(Debug, Default)]
pub(super) struct Part {
    scrubbed: Scrubbed,
    next: Option<Place>,
}

impl Part {
    fn is_full(&self) -> bool {
        self.scrubbed.rows >= ROWS || self.scrubbed.bytes >= BYTES
    }

    /// Reads on in a table after a key, until the part is full or the table at its end.
    /// Returns after which key it goes on; `None`: after none in this table.
    fn read(
        &mut self,
        conn: &Connection,
        table: &Table,
        start: Vec<KeyPart>,
    ) -> rusqlite::Result<Option<Vec<KeyPart>>> {
        let mut statement = conn.prepare(&select(table, &start))?;
        let mut rows = statement.query(params_from_iter(&start))?;
        // The key of a damaged row can be any: where one that is sound tells where to go
        // on, it does.
        let (mut sound, mut any, mut last) = (start.clone(), start.clone(), None);
        while !self.is_full()
            && let Some(row) = rows.next()?
        {
            let key = (0..table.key.len()).map(|at| row.get_ref(at).ok().and_then(KeyPart::of));
            let key = key.collect::<Option<Vec<_>>>().unwrap_or_default();
            if self.count(table, row)? {
                sound = sound.max(key);
            } else {
                any = any.max(key);
            }
            last = Some(sums::words(row.get_ref("row_key")?));
        }
        if sound > start {
            return Ok(Some(sound));
        }
        if any > start || last.is_none() {
            return Ok(Some(any));
        }
        // Rows that lie before the key after which they were looked for: what leads to
        // them is damaged, and would lead here again and again.
        let row = last.unwrap_or_default();
        self.scrubbed.damaged.push(DamagedRow { table: table.name.clone(), row });
        Ok(None)
    }

    /// Whether the row is sound.
    fn count(&mut self, table: &Table, row: &Row<'_>) -> rusqlite::Result<bool> {
        self.scrubbed.rows += 1;
        self.scrubbed.bytes += row.get::<_, i64>("octets")?.unsigned_abs();
        let is_sound: bool = row.get("sound")?;
        if !is_sound {
            let row = sums::words(row.get_ref("row_key")?);
            self.scrubbed.damaged.push(DamagedRow { table: table.name.clone(), row });
        }
        Ok(is_sound)
    }
}

/// Rows in the order of their keys, with what is to be known of each.
fn select(table: &Table, start: &[KeyPart]) -> String {
    let Table { name, key, .. } = table;
    let (keys, words, columns) = (key.join(", "), key.join(" || ' ' || "), table.list(""));
    let octets = table.columns.iter().map(|column| format!("coalesce(octet_length({column}), 0)"));
    let octets = octets.collect::<Vec<_>>().join(" + ");
    let marks: Vec<_> = start.iter().map(KeyPart::mark).collect();
    let after = match marks.is_empty() {
        true => String::new(),
        false => format!("WHERE ({keys}) > ({})", marks.join(", ")),
    };
    format!(
        "SELECT {keys}, {words} AS row_key, {octets} AS octets,
                checksum IS row_sum({columns}) AS sound
         FROM main.\"{name}\" {after} ORDER BY {keys} LIMIT {ROWS}"
    )
}
