//! Making a backup, beside traffic or of a folder that nobody has open.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fail::fail_point;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::super::components::Components;
use super::super::open::{DATABASE, lock_existing};
use super::super::{CheckReport, check, private, prune, sums, wal};
use super::{MANIFEST, Room, copy_component, failed, pass, sound};
use crate::backup::FORMAT;
use crate::{BackupError, BackupFile, BackupManifest};

/// Pages (of 4 KiB) that are copied at once.
const STEP: i32 = 1024;

/// What a step writes at most: pages of any size that this program makes.
const STEP_BYTES: u64 = (STEP as u64) << 12;

/// What the name of a backup ends with until it is whole.
const PARTIAL: &str = ".partial";

/// Backs up a data folder that no process has open, into a folder that is not
/// there yet. `now` is RFC 3339; `progress` is told what is done.
///
/// # Errors
/// See [`BackupError`]; the folder is not made then.
pub fn backup_folder(
    data: &Path,
    to: &Path,
    now: &str,
    progress: &dyn Fn(&str),
) -> Result<BackupManifest, BackupError> {
    let _lock = lock_existing(data)?;
    if let Some(damage) = wal::damage(&data.join(DATABASE)).map_err(failed(data))? {
        return Err(BackupError::Damaged {
            what: format!("the log journal.db-wal ({})", damage.what),
        });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(data.join(DATABASE), flags)?;
    make(&conn, &Components::new(data), to, now, &Room::ANY, progress)
}

/// Removes what backups that were cut off have left in the folder of a server's
/// backups. To be called while none is made.
///
/// # Errors
/// Those of the file system; no folder is none.
pub fn remove_partial_backups(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let made_here = |name: &str| {
            // The server names them by the time.
            !name.is_empty() && name.bytes().all(|it| it.is_ascii_digit() || b"TZ".contains(&it))
        };
        if name.to_str().and_then(|name| name.strip_suffix(PARTIAL)).is_some_and(made_here) {
            std::fs::remove_dir_all(entry.path())?;
            tracing::info!(folder = %entry.path().display(), "a backup that was cut off was removed");
        }
    }
    Ok(())
}

/// Backs up what a connection sees now. It becomes a backup by its last step: what
/// a crash leaves is none.
pub(in crate::sqlite) fn make(
    conn: &Connection,
    components: &Components,
    to: &Path,
    now: &str,
    room: &Room<'_>,
    progress: &dyn Fn(&str),
) -> Result<BackupManifest, BackupError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let partial = partial(to);
    if let Err(error) = std::fs::remove_dir_all(&partial)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(failed(&partial)(error));
    }
    room.check(&partial, size(conn, components)?)?;
    let made = fill(conn, components, &partial, now, room, progress).and_then(|manifest| {
        fail_point!("storage.backing_up");
        std::fs::rename(&partial, to).map_err(failed(to))?;
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
        private::sync_folder(parent.unwrap_or(Path::new("."))).map_err(failed(to))?;
        Ok(manifest)
    });
    if made.is_err() {
        // It is of no use, and may be what fills the disk.
        let _ = std::fs::remove_dir_all(&partial);
    }
    made
}

/// How much room it takes, which may grow while it is made.
fn size(conn: &Connection, components: &Components) -> Result<u64, BackupError> {
    let mut bytes = prune::file_bytes(conn)?;
    for sha256 in components.names().map_err(failed(Path::new("components")))? {
        bytes = bytes.saturating_add(components.size(&sha256).unwrap_or_default());
    }
    Ok(bytes)
}

fn partial(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(PARTIAL);
    to.with_file_name(name)
}

fn fill(
    conn: &Connection,
    components: &Components,
    folder: &Path,
    now: &str,
    room: &Room<'_>,
    progress: &dyn Fn(&str),
) -> Result<BackupManifest, BackupError> {
    private::make_folder(folder).map_err(failed(folder))?;
    let kept = Components::new(folder);
    // Before the database, so that none which it names is removed meanwhile, and
    // after it, so that none is missing which came meanwhile.
    progress("components");
    copy_components(components, &kept, room, folder)?;
    progress("the database");
    let file = folder.join(DATABASE);
    private::make_file(&file).map_err(failed(&file))?;
    let mut copy = Connection::open(&file)?;
    copy_database(conn, &mut copy, room, folder)?;
    copy_components(components, &kept, room, folder)?;
    let mut report = CheckReport::default();
    check::database(&copy, &mut report, progress);
    let schema = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let rows = rows(&copy)?;
    copy.close().map_err(|(_, error)| error)?;
    sound(report)?;
    let mut sizes = BTreeMap::new();
    for sha256 in kept.names().map_err(failed(folder))? {
        let path = folder.join(format!("components/{sha256}.wasm"));
        let bytes = path.metadata().map_err(failed(&path))?.len();
        sizes.insert(sha256, bytes);
    }
    let manifest = BackupManifest {
        format: FORMAT,
        schema,
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: now.to_owned(),
        database: sum(&file).map_err(failed(&file))?,
        components: sizes,
        rows,
    };
    let path = folder.join(MANIFEST);
    let json = serde_json::to_vec_pretty(&manifest).map_err(|error| failed(&path)(error.into()))?;
    let write = || {
        let mut file = private::new_file(&path)?;
        file.write_all(&json)?;
        file.sync_all()?;
        private::sync_folder(folder)
    };
    write().map_err(failed(&path))?;
    Ok(manifest)
}

/// Copies one state of the database, page by page; the writer goes on meanwhile.
fn copy_database(
    conn: &Connection,
    copy: &mut Connection,
    room: &Room<'_>,
    folder: &Path,
) -> Result<(), BackupError> {
    // The copying begins anew whenever the database changes, unless it has one
    // state of it to itself.
    let snapshot = conn.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))?;
    {
        let backup = Backup::new(&snapshot, copy)?;
        loop {
            fail_point!("storage.backing_up");
            // Others write to the disk too.
            room.check(folder, STEP_BYTES)?;
            match backup.step(STEP)? {
                StepResult::Done => break,
                StepResult::More => {}
                // Nobody else has the copy, and the log does not lock readers out.
                _ => std::thread::yield_now(),
            }
        }
    }
    // One file, without a log beside it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(())
}

pub(super) fn copy_components(
    from: &Components,
    to: &Components,
    room: &Room<'_>,
    folder: &Path,
) -> Result<(), BackupError> {
    let names = from.names().map_err(failed(Path::new("components")))?;
    names.iter().filter(|sha256| !to.has(sha256)).try_for_each(|sha256| {
        room.check(folder, from.size(sha256).unwrap_or_default())?;
        match copy_component(from, to, sha256) {
            // Removed since; then nothing needs it.
            Err(BackupError::Damaged { .. }) if !from.has(sha256) => Ok(()),
            result => result,
        }
    })
}

fn rows(conn: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let count = |name: &str| {
        let select = format!("SELECT count(*) FROM main.\"{name}\"");
        conn.query_row(&select, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    };
    let tables = sums::tables(conn)?;
    tables.into_iter().map(|table| Ok((table.name.clone(), count(&table.name)?))).collect()
}

fn sum(path: &Path) -> io::Result<BackupFile> {
    pass(File::open(path)?, |_| Ok(()))
}
