//! Backups: whole, of one moment, and refused where they are damaged.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eclusa_journal::{
    BackupError, Journal, MemoryJournal, OpenError, Registry, SqliteJournal, SqliteOptions,
    Traffic, Upkeep, backup_folder, check_folder, read_manifest, restore_folder,
};

use crate::make::{all, everything, one, page, pushed, rest, started, text};
use crate::registry::sha256;
use crate::{Maker, Sqlite};

fn open(folder: &Path) -> SqliteJournal {
    SqliteJournal::open(folder, SqliteOptions::default()).unwrap()
}

fn restore(from: &Path, data: &Path) -> Result<(), BackupError> {
    restore_folder(from, data, &|_| {}).map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_beside_traffic_shows_one_moment() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    let component = vec![7; 100_000];
    journal.put_component(sha256(&component), component.clone()).await.unwrap();
    for number in 0..200 {
        journal.accept(pushed(vec![text("c1", &format!("before-{number}"))])).await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (journal, stop) = (Arc::clone(&journal), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut count = 0;
            while !stop.load(Ordering::Relaxed) {
                let events =
                    ["a", "b"].map(|part| text("c2", &format!("during-{count}-{part}"))).into();
                journal.accept(pushed(events)).await.unwrap();
                count += 1;
            }
            count
        })
    };
    let to = maker.0.path().join("backups/one");
    let manifest = journal.backup(to.clone()).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    assert!(writer.await.unwrap() > 0);
    assert_eq!(read_manifest(&to).unwrap(), manifest);
    assert_eq!(manifest.components.get(&sha256(&component)), Some(&100_000));

    let restored = maker.0.path().join("restored");
    restore(&to, &restored).unwrap();
    let restored = open(&restored);
    let events = all(&restored).await;
    assert_eq!(manifest.rows["events"], everything(&restored).await.len() as u64);
    // All of a request or nothing of it, and nothing of a younger one alone.
    assert!(events.len() >= 200 && events.len() % 2 == 0);
    let original = all(&*journal).await;
    let ids = |events: &[eclusa_journal::StoredEvent]| -> Vec<String> {
        events.iter().map(|event| event.id.clone()).collect()
    };
    assert_eq!(ids(&events), ids(&original[..events.len()]));
    let mut pending = restored.take_deliveries().unwrap();
    assert_eq!(rest(&restored, &mut pending).await.len(), events.len());
    assert_eq!(restored.component(sha256(&component)).await.unwrap(), Some(component));
    one(&restored, text("c1", "after")).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let maker = Sqlite::default();
    let journal = maker.open();
    let to = maker.0.path().join("backups/one");
    journal.put_component(sha256(b"x"), b"x".to_vec()).await.unwrap();
    journal.backup(to.clone()).await.unwrap();
    let component = format!("components/{}.wasm", sha256(b"x"));
    for (file, expected) in
        [("", 0o700), ("journal.db", 0o600), ("manifest.json", 0o600), (&component, 0o600)]
    {
        let mode = to.join(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, expected, "{file}");
    }
}

#[tokio::test]
async fn what_is_in_use_or_in_the_way_is_refused() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let data = maker.0.path();
    let elsewhere = tempfile::tempdir().unwrap();
    let to = elsewhere.path().join("one");
    let error = backup_folder(data, &to, "", &|_| {}).unwrap_err();
    assert!(matches!(error, BackupError::Open(OpenError::Locked(_))), "{error}");
    assert!(matches!(check_folder(data, &|_| {}), Err(OpenError::Locked(_))));
    drop(journal);
    backup_folder(data, &to, "2026-01-01T00:00:00Z", &|_| {}).unwrap();
    let error = backup_folder(data, &to, "", &|_| {}).unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error}");
    assert!(matches!(restore(&to, data).unwrap_err(), BackupError::Exists(_)));
    let none = elsewhere.path().join("none");
    assert!(matches!(check_folder(&none, &|_| {}), Err(OpenError::Folder { .. })));
    assert!(matches!(restore(&none, &none).unwrap_err(), BackupError::NoBackup { .. }));
    assert!(!none.exists());
    let error = MemoryJournal::new().backup(none.clone()).await.unwrap_err();
    assert!(matches!(error, BackupError::InMemory) && !none.exists());
}

#[tokio::test]
async fn a_damaged_backup_is_not_restored_and_a_damaged_journal_not_backed_up() {
    let maker = Sqlite::default();
    let journal = maker.open();
    journal.submit(started("c1", "x")).await.unwrap();
    journal.put_component(sha256(b"x"), b"x".to_vec()).await.unwrap();
    drop(journal);
    let elsewhere = tempfile::tempdir().unwrap();
    let to = elsewhere.path().join("one");
    backup_folder(maker.0.path(), &to, "2026-01-01T00:00:00Z", &|_| {}).unwrap();
    let component = format!("components/{}.wasm", sha256(b"x"));
    for (place, file) in ["journal.db", &component].into_iter().enumerate() {
        let file = to.join(file);
        let original = std::fs::read(&file).unwrap();
        let mut damaged = original.clone();
        *damaged.last_mut().unwrap() ^= 1;
        std::fs::write(&file, damaged).unwrap();
        let data = elsewhere.path().join(format!("data-{place}"));
        let error = restore(&to, &data).unwrap_err();
        assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
        assert!(!data.join("journal.db").exists());
        std::fs::write(&file, original).unwrap();
    }
    restore(&to, &elsewhere.path().join("whole")).unwrap();

    let database = rusqlite::Connection::open(maker.0.path().join("journal.db")).unwrap();
    database.execute_batch("UPDATE messages SET body = replace(body, 'x', 'y')").unwrap();
    drop(database);
    let journal = maker.open();
    let two = elsewhere.path().join("two");
    let error = journal.backup(two.clone()).await.unwrap_err();
    assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 4, "nothing is left of it");
    assert!(!two.exists() && journal.requests(page(1)).await.unwrap().is_empty());
}
