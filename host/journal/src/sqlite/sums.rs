//! A checksum for every row, so that a damaged disk is found out instead of
//! believed. SQLite notices damage to its own structure only; what stands in the
//! rows it takes as it is.
//!
//! Every table has a column `checksum`: XXH3 over all other columns. Triggers of the
//! writer's connection set it, also in tables that a later migration adds, and readers
//! see each table through a view that fails with
//! [`Corrupt`](crate::JournalError::Corrupt) where it does not fit. The writer
//! itself reads `sound_TABLE` where it depends on what it reads.
//!
//! A trigger writes each row twice. Where each message brings a new row, the
//! statement that inserts it must write `row_sum` itself, see [`BY_STATEMENT`]: whoever
//! gives one of these tables a column adds it there, or its rows cannot be read.
//!
//! A change keeps a wrong checksum wrong: damage is never made to look right.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::Xxh3;

use super::OpenError;

/// The tables whose rows come with their checksum: all their columns in the table's
/// order, and NULL for those that a statement leaves out. One without it, or with a
/// wrong one, cannot be read.
const BY_STATEMENT: [&str; 7] =
    ["requests", "events", "keys", "messages", "deliveries", "attendances", "inbox"];

/// How a failure begins that tells of a damaged row; its table and key follow.
const DAMAGED: &str = "the checksum does not fit, row: ";

/// A table and what its checksums are over.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// What tells rows apart: the primary key, or `rowid`.
    pub(super) key: Vec<String>,
    pub(super) has_checksum: bool,
}

/// Where a damaged row is.
pub(super) struct Damaged {
    pub(super) table: String,
    pub(super) key: String,
}

impl Damaged {
    /// Reads what a statement failed with.
    pub(super) fn of(error: &rusqlite::Error) -> Option<Self> {
        let rusqlite::Error::SqliteFailure(_, Some(message)) = error else { return None };
        let (table, key) = message.strip_prefix(DAMAGED)?.split_once(' ')?;
        Some(Self { table: table.to_owned(), key: key.to_owned() })
    }
}

/// Whether a statement failed for one row that is not as it was written, or that this
/// program cannot read. All others can be read.
pub(super) fn is_of_one_row(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    Damaged::of(error).is_some()
        || matches!(
            error,
            FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..)
        )
}

/// Makes the functions `row_sum` and `row_is_sound` known to a connection.
pub(super) fn register(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("row_sum", -1, flags, |row| Ok(sum(row, 0)))?;
    // Table, key and checksum, then the columns.
    conn.create_scalar_function("row_is_sound", -1, flags, |row| {
        if row.get_raw(2) == ValueRef::Integer(sum(row, 3)) {
            return Ok(true);
        }
        let told = format!("{DAMAGED}{} {}", row.get::<String>(0)?, words(row.get_raw(1)));
        Err(rusqlite::Error::UserFunctionError(told.into()))
    })
}

fn sum(row: &Context<'_>, first: usize) -> i64 {
    let mut sum = Xxh3::new();
    for at in first..row.len() {
        // With type and length, so that no two rows read the same.
        let (kind, bytes): (u8, &[u8]) = match row.get_raw(at) {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(number) => {
                sum.update(&[1]);
                sum.update(&number.to_le_bytes());
                continue;
            }
            ValueRef::Real(number) => {
                sum.update(&[2]);
                sum.update(&number.to_bits().to_le_bytes());
                continue;
            }
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        sum.update(&[kind]);
        sum.update(&(bytes.len() as u64).to_le_bytes());
        sum.update(bytes);
    }
    sum.digest().cast_signed()
}

/// A key as text.
pub(super) fn words(key: ValueRef<'_>) -> String {
    match key {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(blob) => hex::encode(blob),
        ValueRef::Null | ValueRef::Real(_) => String::new(),
    }
}

/// All tables, by name.
pub(super) fn tables(conn: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut tables = conn.prepare(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'sums' ORDER BY name",
    )?;
    let mut columns =
        conn.prepare("SELECT name, pk FROM pragma_table_info(?1, 'main') ORDER BY cid")?;
    let found = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    found
        .map(|found| {
            let (name, without_rowid): (String, bool) = found?;
            let (mut names, mut key, mut has_checksum) = (Vec::new(), Vec::new(), false);
            let mut rows = columns.query([&name])?;
            while let Some(row) = rows.next()? {
                let column = quoted(&row.get::<_, String>(0)?);
                if column == "\"checksum\"" {
                    has_checksum = true;
                    continue;
                }
                if without_rowid && row.get::<_, i64>(1)? > 0 {
                    key.push(column.clone());
                }
                names.push(column);
            }
            if !without_rowid {
                key.push("rowid".to_owned());
            }
            Ok(Table { name, columns: names, key, has_checksum })
        })
        .collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Table {
    /// Its columns behind a prefix, e.g. `NEW.`.
    pub(super) fn list(&self, prefix: &str) -> String {
        let columns: Vec<_> = self.columns.iter().map(|name| format!("{prefix}{name}")).collect();
        columns.join(", ")
    }

    /// Gives it the column for checksums.
    pub(super) fn add_checksum(&self, conn: &Connection) -> rusqlite::Result<()> {
        conn.execute_batch(&format!("ALTER TABLE \"{}\" ADD COLUMN checksum INTEGER", self.name))
    }

    fn create_triggers(&self, conn: &Connection) -> rusqlite::Result<()> {
        let Self { name, key, .. } = self;
        let this: Vec<_> = key.iter().map(|column| format!("{column} = NEW.{column}")).collect();
        let this = this.join(" AND ");
        let (old, new) = (self.list("OLD."), self.list("NEW."));
        if !BY_STATEMENT.contains(&name.as_str()) {
            conn.execute_batch(&format!(
                "DROP TRIGGER IF EXISTS temp.\"{name}_insert\";
                 CREATE TEMP TRIGGER \"{name}_insert\" AFTER INSERT ON main.\"{name}\"
                 WHEN NEW.checksum IS NULL BEGIN
                     UPDATE \"{name}\" SET checksum = row_sum({new}) WHERE {this};
                 END;"
            ))?;
        }
        conn.execute_batch(&format!(
            "DROP TRIGGER IF EXISTS temp.\"{name}_update\";
             CREATE TEMP TRIGGER \"{name}_update\" AFTER UPDATE ON main.\"{name}\"
             WHEN NEW.checksum IS OLD.checksum AND OLD.checksum IS row_sum({old}) BEGIN
                 UPDATE \"{name}\" SET checksum = row_sum({new}) WHERE {this};
             END;"
        ))
    }

    /// Makes `marked_TABLE`, whose column `sound` says whether a row's checksum
    /// fits, and `sound_TABLE`, which cannot be read where it does not.
    fn create_views(&self, conn: &Connection) -> rusqlite::Result<()> {
        let Self { name, key, .. } = self;
        let (columns, key_words) = (self.list(""), key.join(" || ' ' || "));
        let stored = self.list("stored.");
        let this: Vec<_> = key.iter().map(|it| format!("stored.{it} = seen.{it}")).collect();
        let this = this.join(" AND ");
        // The row is looked up again: in conditions beside this one, SQLite puts
        // constants in the place of columns that are to equal them, before it knows
        // that they do.
        conn.execute_batch(&format!(
            "CREATE TEMP VIEW \"marked_{name}\" AS
             SELECT {columns}, {key_words} AS row_key, checksum IS row_sum({columns}) AS sound
             FROM main.\"{name}\";
             CREATE TEMP VIEW \"sound_{name}\" AS SELECT {columns} FROM main.\"{name}\" AS seen
             WHERE (SELECT row_is_sound('{name}', {key_words}, checksum, {stored})
                    FROM main.\"{name}\" AS stored WHERE {this});"
        ))
    }
}

/// Makes the writer's connection keep the checksums, as far as tables have them.
pub(super) fn keep(conn: &Connection) -> rusqlite::Result<()> {
    let tables = tables(conn)?;
    let mut with = tables.iter().filter(|table| table.has_checksum);
    with.try_for_each(|table| table.create_triggers(conn))
}

/// Gives a connection the views.
pub(super) fn create_views(conn: &Connection) -> rusqlite::Result<()> {
    let tables = tables(conn)?;
    // One of an older version has none.
    let mut with = tables.iter().filter(|table| table.has_checksum);
    with.try_for_each(|table| table.create_views(conn))
}

/// Lets a connection that only reads see no table but through its view.
pub(super) fn guard(conn: &Connection) -> rusqlite::Result<()> {
    register(conn)?;
    let tables = tables(conn)?;
    for table in &tables {
        table.create_views(conn)?;
    }
    for Table { name, .. } in &tables {
        conn.execute_batch(&format!(
            "CREATE TEMP VIEW \"{name}\" AS SELECT * FROM \"sound_{name}\""
        ))?;
    }
    Ok(())
}

/// Gives checksums to tables that have none yet, and new ones to those whose
/// columns have changed. A row that was damaged stays so.
pub(super) fn bring_up(conn: &Connection) -> Result<(), OpenError> {
    for table in tables(conn)? {
        let (name, columns) = (&table.name, table.list(""));
        let before: Option<String> = conn
            .query_row("SELECT columns FROM sums WHERE name = ?1", [name], |row| row.get(0))
            .optional()?;
        let only = match before {
            _ if !table.has_checksum => {
                table.add_checksum(conn)?;
                String::new()
            }
            Some(before) if before == columns => continue,
            Some(before) => format!("WHERE checksum IS row_sum({before})"),
            None => return Err(OpenError::Damaged(format!("`sums` does not tell of `{name}`"))),
        };
        conn.execute(&format!("UPDATE \"{name}\" SET checksum = row_sum({columns}) {only}"), [])?;
        conn.execute(
            "INSERT OR REPLACE INTO sums (name, columns) VALUES (?1, ?2)",
            params![name, columns],
        )?;
    }
    Ok(())
}
