//! Making backups, beside traffic or of a folder that nobody has open, and
//! restoring them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use super::components::Components;
use super::open::{DATABASE, bring_up, lock_existing};
use super::{CheckReport, check, private, schema, sums};
use crate::backup::FORMAT;
use crate::{BackupError, BackupFile, BackupManifest, component};

const MANIFEST: &str = "manifest.json";

/// Pages (of 4 KiB) that are copied at once.
const STEP: i32 = 1024;

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
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(data.join(DATABASE), flags)?;
    make(&conn, &Components::new(data), to, now, progress)
}

/// Restores a backup into a data folder that is not there yet, or empty, after all
/// of it was compared with what its manifest says.
///
/// # Errors
/// See [`BackupError`].
pub fn restore_folder(
    from: &Path,
    data: &Path,
    progress: &dyn Fn(&str),
) -> Result<BackupManifest, BackupError> {
    let manifest = read_manifest(from)?;
    let entries = match std::fs::read_dir(data) {
        // The key of its secrets is in no backup, and may lie there already.
        Ok(entries) => entries
            .filter(|it| !it.as_ref().is_ok_and(|it| it.file_name() == "secrets.key"))
            .count(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(failed(data)(error)),
    };
    if entries > 0 {
        return Err(BackupError::Exists(data.to_owned()));
    }
    private::make_folder(data).map_err(failed(data))?;
    progress("components");
    let (stored, kept) = (Components::new(from), Components::new(data));
    for sha256 in manifest.components.keys() {
        copy_component(&stored, &kept, sha256)?;
    }
    progress("the database");
    let (source, target) = (from.join(DATABASE), data.join(DATABASE));
    // Under its own name once it is whole: a folder without it is no journal.
    let incoming = data.join("incoming");
    let copied = copy(&source, &incoming).map_err(failed(&source))?;
    if copied != manifest.database {
        return Err(BackupError::Damaged { what: source.display().to_string() });
    }
    std::fs::rename(&incoming, &target).map_err(failed(&target))?;
    private::sync_folder(data).map_err(failed(data))?;
    // Brings an older schema up to date, and refuses a newer one.
    bring_up(data)?;
    progress("checking");
    sound(super::check_folder(data, progress)?)?;
    Ok(manifest)
}

/// Reads what a backup says of itself.
///
/// # Errors
/// `NoBackup` where it is none, or of a later form.
pub fn read_manifest(folder: &Path) -> Result<BackupManifest, BackupError> {
    let none = |why: String| BackupError::NoBackup { folder: folder.to_owned(), why };
    let text = std::fs::read(folder.join(MANIFEST))
        .map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    let manifest: BackupManifest =
        serde_json::from_slice(&text).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    if manifest.format != FORMAT {
        return Err(none(format!("its form is {}, known is {FORMAT}", manifest.format)));
    }
    if manifest.schema > schema::newest() {
        let (schema, known) = (manifest.schema, schema::newest());
        return Err(none(format!("its schema is {schema}, this program knows up to {known}")));
    }
    match manifest.components.keys().find(|name| !component::is_name(name)) {
        Some(name) => Err(none(format!("`{name}` is no component's name"))),
        None => Ok(manifest),
    }
}

/// Backs up what a connection sees now. It becomes a backup by its last step: what
/// a crash leaves is none.
pub(super) fn make(
    conn: &Connection,
    components: &Components,
    to: &Path,
    now: &str,
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
    let made = fill(conn, components, &partial, now, progress).and_then(|manifest| {
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

fn partial(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    to.with_file_name(name)
}

fn fill(
    conn: &Connection,
    components: &Components,
    folder: &Path,
    now: &str,
    progress: &dyn Fn(&str),
) -> Result<BackupManifest, BackupError> {
    private::make_folder(folder).map_err(failed(folder))?;
    let kept = Components::new(folder);
    // Before the database, so that none which it names is removed meanwhile, and
    // after it, so that none is missing which came meanwhile.
    progress("components");
    copy_components(components, &kept)?;
    progress("the database");
    let file = folder.join(DATABASE);
    private::make_file(&file).map_err(failed(&file))?;
    let mut copy = Connection::open(&file)?;
    copy_database(conn, &mut copy)?;
    copy_components(components, &kept)?;
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
fn copy_database(conn: &Connection, copy: &mut Connection) -> Result<(), BackupError> {
    // The copying begins anew whenever the database changes, unless it has one
    // state of it to itself.
    let snapshot = conn.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))?;
    {
        let backup = Backup::new(&snapshot, copy)?;
        loop {
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

fn copy_components(from: &Components, to: &Components) -> Result<(), BackupError> {
    let names = from.names().map_err(failed(Path::new("components")))?;
    names.iter().try_for_each(|sha256| match copy_component(from, to, sha256) {
        // Removed since; then nothing needs it.
        Err(BackupError::Damaged { .. }) if !from.has(sha256) => Ok(()),
        result => result,
    })
}

fn copy_component(from: &Components, to: &Components, sha256: &str) -> Result<(), BackupError> {
    let damaged = |_| BackupError::Damaged { what: format!("components/{sha256}.wasm") };
    if to.has(sha256) {
        return Ok(());
    }
    let bytes = from
        .get(sha256)
        .map_err(damaged)?
        .ok_or(())
        .map_err(|()| BackupError::Damaged { what: format!("components/{sha256}.wasm") })?;
    to.put(sha256, &bytes).map_err(|error| BackupError::Broken(error.to_string()))
}

fn rows(conn: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let count = |name: &str| {
        let select = format!("SELECT count(*) FROM main.\"{name}\"");
        conn.query_row(&select, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    };
    let tables = sums::tables(conn)?;
    tables.into_iter().map(|table| Ok((table.name.clone(), count(&table.name)?))).collect()
}

fn sound(report: CheckReport) -> Result<(), BackupError> {
    if report.is_sound() {
        return Ok(());
    }
    let first = report.findings.into_iter().next();
    let what = first.map_or_else(String::new, |finding| match (finding.place, finding.id) {
        (Some(place), Some(id)) => format!("row {id} of `{place}`"),
        _ => format!("the database ({})", finding.what),
    });
    Err(BackupError::Damaged { what })
}

fn copy(from: &Path, to: &Path) -> io::Result<BackupFile> {
    let mut target = private::new_file(to)?;
    let copied = pass(File::open(from)?, |part| target.write_all(part))?;
    target.sync_all()?;
    Ok(copied)
}

fn sum(path: &Path) -> io::Result<BackupFile> {
    pass(File::open(path)?, |_| Ok(()))
}

fn pass(
    mut from: impl Read,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<BackupFile> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 18]);
    loop {
        let count = from.read(&mut buffer)?;
        let part = buffer.get(..count).unwrap_or_default();
        if part.is_empty() {
            return Ok(BackupFile { bytes, sha256: hex::encode(hash.finalize()) });
        }
        hash.update(part);
        each(part)?;
        bytes += count as u64;
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> BackupError + use<'_> {
    move |error| BackupError::File { path: path.to_owned(), error }
}
