#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::fs::File;
use std::path::Path;

use rusqlite::Connection;

use super::super::components::Components;
use super::super::open::DATABASE;
use super::*;
use crate::{OpenError, SqliteJournal, SqliteOptions, Upkeep};

fn open(folder: &Path) -> Result<SqliteJournal, OpenError> {
    SqliteJournal::open(folder, SqliteOptions::default())
}

/// A journal of some 20 MiB, which takes several steps to copy.
fn large(folder: &Path) {
    drop(open(folder).unwrap());
    let conn = Connection::open(folder.join(DATABASE)).unwrap();
    conn.execute(
        "INSERT INTO logos (channel, mime, bytes) VALUES ('a', '', zeroblob(20971520))",
        [],
    )
    .unwrap();
}

#[test]
fn a_backup_ends_where_the_disk_fills_up_meanwhile_and_leaves_nothing() {
    let work = tempfile::tempdir().unwrap();
    let (data, to) = (work.path().join("data"), work.path().join("one"));
    large(&data);
    let conn = Connection::open(data.join(DATABASE)).unwrap();
    let backed_up =
        |room: &Room<'_>| make(&conn, &Components::new(&data), &to, "", room, &|_| {}).unwrap_err();
    let looks = Cell::new(0);
    let full = || {
        looks.set(looks.get() + 1);
        looks.get() > 3
    };
    let error = backed_up(&Room { keep: 0, is_journal_full: &full });
    assert!(matches!(error, BackupError::NoRoom { .. }) && looks.get() == 4, "{error}");
    // It has to leave some free.
    let error = backed_up(&Room { keep: u64::MAX, is_journal_full: &|| false });
    assert!(matches!(error, BackupError::NoRoom { .. }), "{error}");
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 1);
}

#[test]
fn a_component_that_is_copied_needs_no_room_again() {
    let work = tempfile::tempdir().unwrap();
    let (from, to) = (Components::new(&work.path().join("a")), work.path().join("b"));
    let kept = Components::new(&to);
    let bytes = b"\0asm";
    let sha256 = hex::encode(Sha256::digest(bytes));
    from.put(&sha256, bytes).unwrap();
    let is_full = Cell::new(false);
    let room = Room { keep: 0, is_journal_full: &|| is_full.get() };
    let copied = || make::copy_components(&from, &kept, &room, &to);
    copied().unwrap();
    assert_eq!(kept.names().unwrap(), [sha256]);
    // The disk has filled up since.
    is_full.set(true);
    copied().unwrap();
}

#[test]
fn one_backup_is_made_at_a_time() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let work = tempfile::tempdir().unwrap();
    let journal = open(&work.path().join("data")).unwrap();
    let to = work.path().join("one");
    let one = std::sync::Arc::clone(&journal.backing_up);
    let held = one.lock();
    let error = runtime.block_on(journal.backup(to.clone())).unwrap_err();
    assert!(matches!(error, BackupError::UnderWay) && !to.exists(), "{error}");
    drop(held);
    runtime.block_on(journal.backup(to)).unwrap();
}

#[test]
fn what_was_cut_off_is_removed_and_nothing_else() {
    let work = tempfile::tempdir().unwrap();
    let kept = ["20260101T000000000Z", "film.partial", ".partial", "monday"];
    for name in kept.iter().chain(&["20260102T000000000Z.partial"]) {
        std::fs::create_dir_all(work.path().join(name).join("components")).unwrap();
    }
    remove_partial_backups(work.path()).unwrap();
    remove_partial_backups(&work.path().join("none")).unwrap();
    let mut left: Vec<_> = std::fs::read_dir(work.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort_unstable();
    let mut kept = kept.map(str::to_owned);
    kept.sort_unstable();
    assert_eq!(left, kept);
}

#[test]
fn a_restore_that_was_cut_off_is_no_journal_and_can_be_done_again() {
    let work = tempfile::tempdir().unwrap();
    let path = |name: &str| work.path().join(name);
    let (data, to, restored) = (path("data"), path("one"), path("restored"));
    drop(open(&data).unwrap());
    backup_folder(&data, &to, "", &|_| {}).unwrap();
    std::fs::create_dir_all(restored.join("components")).unwrap();
    File::create(restored.join("incoming")).unwrap();
    let Err(error) = open(&restored) else { panic!("it opens") };
    assert!(matches!(error, OpenError::HalfRestored(_)), "{error}");
    assert!(!restored.join(DATABASE).exists());
    restore_folder(&to, &restored, &|_| {}).unwrap();
    drop(open(&restored).unwrap());
    // What is whole is not written over.
    let error = restore_folder(&to, &restored, &|_| {}).unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error}");
}
