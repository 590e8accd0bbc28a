//! Looking at all of a journal: is it as it was written?

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::components::Components;
use super::sums::{self, Table};
use super::{OpenError, open, schema, wal};

/// So many findings are listed of each table; all are counted.
const LISTED: u32 = 100;

/// What looking at a journal has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Rows whose checksum was compared.
    pub rows: u64,
    /// Components whose SHA-256 was compared.
    pub components: u64,
    /// All rows and files that are damaged, and one for each fault of the structure.
    pub damaged: u64,
    /// What is damaged, at most 100 of each table.
    pub findings: Vec<Finding>,
}

/// One thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The table, `components`, or `journal.db-wal`; none for a fault of the database's structure.
    pub place: Option<String>,
    /// The row's key, or the component's SHA-256.
    pub id: Option<String>,
    /// What is wrong with it.
    pub what: String,
}

impl CheckReport {
    /// Whether nothing is damaged.
    pub fn is_sound(&self) -> bool {
        self.damaged == 0
    }

    fn structure(&mut self, what: impl Into<String>) {
        self.damaged += 1;
        self.findings.push(Finding { place: None, id: None, what: what.into() });
    }
}

/// Looks at all of a journal in a folder that no process has open, and changes
/// nothing: the database's log and structure, the checksum of each row, the SHA-256
/// of each component. `progress` is told what is looked at.
///
/// # Errors
/// Where there is no journal, or a process has it open. Damage is no error: it
/// stands in the report.
pub fn check_folder(folder: &Path, progress: &dyn Fn(&str)) -> Result<CheckReport, OpenError> {
    let _lock = open::lock_existing(folder)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut report = CheckReport::default();
    let file = folder.join(open::DATABASE);
    progress("the database's log");
    match wal::damage(&file) {
        Ok(None) => {}
        Ok(Some(damage)) => {
            let what = format!("{}; it is whole up to byte {}", damage.what, damage.whole_bytes);
            report.damaged += 1;
            report.findings.push(Finding {
                place: Some("journal.db-wal".to_owned()),
                id: None,
                what,
            });
        }
        Err(error) => report.structure(format!("the database's log: {error}")),
    }
    let conn = Connection::open_with_flags(file, flags);
    match conn {
        Ok(conn) => database(&conn, &mut report, progress),
        Err(error) => report.structure(error.to_string()),
    }
    progress("components");
    components(folder, &mut report);
    Ok(report)
}

/// Looks at the database of a connection that is not shared.
pub(super) fn database(conn: &Connection, report: &mut CheckReport, progress: &dyn Fn(&str)) {
    progress("the database's structure");
    if let Err(error) = structure(conn, report).and_then(|()| prepare(conn)) {
        return report.structure(error.to_string());
    }
    match sums::tables(conn) {
        Ok(tables) => {
            for table in &tables {
                progress(&format!("table {}", table.name));
                if let Err(error) = rows(conn, table, report) {
                    report.structure(format!("table {}: {error}", table.name));
                }
            }
        }
        Err(error) => report.structure(error.to_string()),
    }
}

fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    sums::register(conn)?;
    sums::create_views(conn)
}

fn structure(conn: &Connection, report: &mut CheckReport) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(&format!("PRAGMA integrity_check({LISTED})"))?;
    let mut lines = statement.query([])?;
    while let Some(line) = lines.next()? {
        let line: String = line.get(0)?;
        if line != "ok" {
            report.structure(line);
        }
    }
    for difference in schema::differences(conn)? {
        report.structure(difference);
    }
    Ok(())
}

fn rows(conn: &Connection, table: &Table, report: &mut CheckReport) -> rusqlite::Result<()> {
    let name = &table.name;
    if !table.has_checksum {
        return Ok(());
    }
    let (rows, damaged): (i64, i64) = conn.query_row(
        &format!("SELECT count(*), count(*) FILTER (WHERE NOT sound) FROM \"marked_{name}\""),
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    report.rows += rows.unsigned_abs();
    report.damaged += damaged.unsigned_abs();
    if damaged == 0 {
        return Ok(());
    }
    let select = format!("SELECT row_key FROM \"marked_{name}\" WHERE NOT sound LIMIT {LISTED}");
    let mut statement = conn.prepare(&select)?;
    let mut keys = statement.query([])?;
    while let Some(key) = keys.next()? {
        report.findings.push(Finding {
            place: Some(name.clone()),
            id: Some(sums::words(key.get_ref(0)?)),
            what: "its checksum does not fit".to_owned(),
        });
    }
    Ok(())
}

fn components(folder: &Path, report: &mut CheckReport) {
    let components = Components::new(folder);
    let names = match components.names() {
        Ok(names) => names,
        Err(error) => return report.structure(format!("the folder of components: {error}")),
    };
    for name in names {
        report.components += 1;
        let what = match components.get(&name) {
            Ok(Some(_)) => continue,
            Ok(None) => "its SHA-256 does not fit".to_owned(),
            Err(error) => error.to_string(),
        };
        report.damaged += 1;
        let place = Some("components".to_owned());
        report.findings.push(Finding { place, id: Some(name), what });
    }
}
