//! What only a journal on a disk promises.

use std::path::Path;
use std::sync::Arc;

use eclusa_journal::{
    Clock, Journal, JournalError, OpenError, SqliteJournal, SqliteOptions, SystemClock, Traffic,
};

use crate::make::{
    accept, all, audit, failed, one, page, pushed, remap, rest, started, submit, text, unmapped,
};
use crate::{Maker, Sqlite};

#[tokio::test]
async fn a_folder_belongs_to_one_journal() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let second = SqliteJournal::open(maker.0.path(), SqliteOptions::default());
    let error = second.err().unwrap();
    assert!(matches!(error, OpenError::Locked(_)), "{error}");
    drop(journal);
    maker.open();
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_folder_and_its_files_are_for_their_owner() {
    let maker = Sqlite::default();
    let folder = maker.0.path().join("var/data");
    let journal = SqliteJournal::open(&folder, SqliteOptions::default()).unwrap();
    one(&journal, text("c1", "m1")).await;
    assert_eq!((mode(folder.parent().unwrap()), mode(&folder)), (0o700, 0o700));
    for file in ["journal.lock", "journal.db", "journal.db-wal", "journal.db-shm"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_is_there_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;

    let maker = Sqlite::default();
    let permissions = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(maker.0.path(), permissions).unwrap();
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    assert_eq!(mode(maker.0.path()), 0o755);
    for file in ["journal.lock", "journal.db", "journal.db-wal", "journal.db-shm"] {
        assert_eq!(mode(&maker.0.path().join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let maker = Sqlite::default();
    drop(maker.open());
    let file = maker.0.path().join("journal.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    database.pragma_update(None, "user_version", 999).unwrap();
    drop(database);
    let error = SqliteJournal::open(maker.0.path(), SqliteOptions::default()).err().unwrap();
    assert!(matches!(error, OpenError::NewerSchema { found: 999, known } if known < 999));
    let database = rusqlite::Connection::open(&file).unwrap();
    let version: u32 = database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 999);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let maker = Sqlite::default();
    std::fs::write(maker.0.path().join("journal.db"), "not a database".repeat(1000)).unwrap();
    let error = SqliteJournal::open(maker.0.path(), SqliteOptions::default()).err().unwrap();
    assert!(matches!(error, OpenError::Damaged(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_in_the_files_at_any_moment() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    let mut copies = Vec::new();
    for round in 0..5 {
        let writers: Vec<_> = (0..8)
            .map(|caller| {
                let journal = Arc::clone(&journal);
                tokio::spawn(async move {
                    let event = text("c1", &format!("{round}-{caller}"));
                    journal.accept(pushed(vec![event])).await.unwrap();
                    journal.submit(started("c2", "x")).await.unwrap();
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let copy = tempfile::tempdir().unwrap();
        copy_files(maker.0.path(), copy.path());
        copies.push((copy, (round + 1) * 8));
    }
    for (copy, count) in copies {
        let journal = SqliteJournal::open(copy.path(), SqliteOptions::default()).unwrap();
        assert_eq!(all(&journal).await.len(), count);
        let mut deliveries = journal.take_deliveries().unwrap();
        // Announced before this answer.
        journal.accept(unmapped("shop", "?")).await.unwrap();
        let pending = rest(&journal, &mut deliveries).await.len();
        assert_eq!(pending, 2 * count);
    }
}

/// As a power cut leaves them: the database, its log and the key of its secrets,
/// not the index of the log.
fn copy_files(from: &Path, to: &Path) {
    for file in ["journal.db", "journal.db-wal", "secrets.key"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_cut_off_keeps_whole_requests() {
    let maker = Sqlite::default();
    let journal = maker.open();
    for number in 0..20 {
        let events = vec![text("c1", &format!("{number}a")), text("c1", &format!("{number}b"))];
        journal.accept(pushed(events)).await.unwrap();
    }
    let log = std::fs::read(maker.0.path().join("journal.db-wal")).unwrap();
    for part in [0, 1, 4096, log.len() / 2, log.len() * 3 / 4, log.len() - 1] {
        let copy = tempfile::tempdir().unwrap();
        copy_files(maker.0.path(), copy.path());
        std::fs::write(copy.path().join("journal.db-wal"), &log[..part]).unwrap();
        let journal = SqliteJournal::open(copy.path(), SqliteOptions::default()).unwrap();
        let events = all(&journal).await;
        assert_eq!(events.len() % 2, 0);
        let mut deliveries = journal.take_deliveries().unwrap();
        one(&journal, text("c9", "later")).await;
        let pending = rest(&journal, &mut deliveries).await.len();
        assert_eq!(pending, events.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_does_what_is_queued_and_refuses_the_rest() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    let queued: Vec<_> = (0..100)
        .map(|number| {
            let journal = Arc::clone(&journal);
            let event = text("c1", &number.to_string());
            tokio::spawn(async move { journal.accept(accept(vec![event])).await })
        })
        .collect();
    journal.close();
    let error = journal.submit(started("c1", "x")).await.unwrap_err();
    assert!(matches!(error, JournalError::Storage(_)), "{error}");
    let mut kept = 0;
    for task in queued {
        match task.await.unwrap() {
            Ok(_) => kept += 1,
            Err(error) => assert!(matches!(error, JournalError::Storage(_)), "{error}"),
        }
    }
    assert_eq!(all(&*journal).await.len(), kept);
    drop(journal);
    assert_eq!(all(&maker.open()).await.len(), kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_at_fault_hurts_no_other_in_its_commit() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    let tasks: Vec<_> = (0..200)
        .map(|number: usize| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                match number % 2 {
                    0 => one(&*journal, text("c1", &number.to_string())).await.events.len() == 1,
                    _ => journal.submit(submit("nobody", "x")).await.is_err(),
                }
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(all(&*journal).await.len(), 100);
    assert!(journal.health().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_busy_and_records_nothing() {
    let maker = Sqlite::default();
    let options = SqliteOptions { queue: 0, ..SqliteOptions::default() };
    let journal = SqliteJournal::open(maker.0.path(), options).unwrap();
    let error = journal.accept(unmapped("shop", "x")).await.unwrap_err();
    assert!(matches!(error, JournalError::Busy { retry_after } if !retry_after.is_zero()));
    let error = journal.submit(started("c1", "x")).await.unwrap_err();
    assert!(matches!(error, JournalError::Busy { .. }));
    assert!(journal.unmapped(page(1)).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_at_once_are_in_one_order() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    let mut deliveries = journal.take_deliveries().unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|caller| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                for number in 0..50 {
                    let event = text(&caller.to_string(), &number.to_string());
                    journal.accept(pushed(vec![event])).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let events = all(&*journal).await;
    assert!(events.is_sorted_by(|a, b| a.id < b.id));
    let delivered: Vec<_> = rest(&*journal, &mut deliveries).await;
    assert_eq!(delivered.len(), 400);
    assert!(delivered.is_sorted_by(|a, b| a.id < b.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_fails_hurts_only_its_own_request() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    let database = rusqlite::Connection::open(maker.0.path().join("journal.db")).unwrap();
    database.execute_batch("DROP TABLE logos").unwrap();
    let tasks: Vec<_> = (0..100)
        .map(|number: usize| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                match number % 10 {
                    0 => journal.set_logo("shop".to_owned(), None, audit()).await.is_err(),
                    _ => !one(&*journal, text("c1", &number.to_string())).await.events.is_empty(),
                }
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(all(&*journal).await.len(), 90);
    assert!(journal.health().is_ok() && !*journal.failed().borrow());
}

#[tokio::test]
async fn ids_grow_when_the_clock_went_back_over_a_restart() {
    let maker = Sqlite::default();
    // A day ahead of the present clock.
    let journal = maker.open_at(SystemClock.now_ms() + 86_400_000);
    let first = one(&journal, text("c1", "m1")).await;
    drop(journal);
    let journal = maker.open();
    let newest = journal.latest_event().borrow().clone().unwrap();
    assert_eq!(newest, first.events[0].id);
    let next = one(&journal, text("c1", "m2")).await;
    assert!(next.request_id > newest && next.events[0].id > next.request_id);
    assert_eq!(all(&journal).await.last().unwrap().id, next.events[0].id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_late_to_what_comes_in_at_the_same_time() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    for round in 0..100 {
        let conversation = format!("c{round}");
        let request = journal.accept(failed(None, "?")).await.unwrap();
        let younger = {
            let (journal, event) = (journal.clone(), text(&conversation, "m2"));
            tokio::spawn(async move { one(&*journal, event).await })
        };
        let events = vec![text(&conversation, "m1")];
        let older = journal.remap(remap(&request, events)).await.unwrap().events[0].id.clone();
        let younger = younger.await.unwrap().events[0].id.clone();
        let stored = journal.events_of(request.request_id).await.unwrap();
        assert_eq!(stored[0].late, younger < older, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_mapped_by_many_at_once_is_mapped_by_one() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    for round in 0..20 {
        let request = journal.accept(failed(None, "?")).await.unwrap();
        let tasks: Vec<_> = (0..4)
            .map(|caller| {
                let events = vec![text("c1", &format!("{round}-{caller}"))];
                let (journal, given) = (Arc::clone(&journal), remap(&request, events));
                tokio::spawn(async move { journal.remap(given).await.is_ok() })
            })
            .collect();
        let mut mapped = 0;
        for task in tasks {
            mapped += usize::from(task.await.unwrap());
        }
        assert_eq!(mapped, 1);
        assert_eq!(journal.events_of(request.request_id).await.unwrap().len(), 1);
    }
}
