//! A damaged log (WAL) after a kill: told, or nothing is lost.

use std::path::Path;

use eclusa_journal::{
    BackupError, Journal, OpenError, SqliteJournal, SqliteOptions, StoredEvent, backup_folder,
    check_folder,
};
use tempfile::TempDir;

use crate::make::{accept, all, one, text};
use crate::{Maker, Sqlite};

const FILES: [&str; 4] = ["journal.db", "journal.db-wal", "journal.mark", "secrets.key"];

/// So many commits are in the log.
const COMMITS: usize = 30;

/// So many bytes of the log are flipped, one at a time.
const FLIPS: u64 = 200;

/// The data folder as a kill would leave it now: all that was written is there.
fn killed(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in FILES {
        std::fs::copy(folder.join(file), copy.path().join(file)).unwrap();
    }
    copy
}

fn open(folder: &TempDir) -> Result<SqliteJournal, OpenError> {
    SqliteJournal::open(folder.path(), SqliteOptions::default())
}

fn ids(events: &[StoredEvent]) -> Vec<String> {
    events.iter().map(|event| event.id.clone()).collect()
}

/// Opens a folder where it is sound, and reads the ids of what is there.
async fn read(folder: &TempDir) -> Result<Vec<String>, OpenError> {
    Ok(ids(&all(&open(folder)?).await))
}

async fn filled() -> (Sqlite, SqliteJournal) {
    let maker = Sqlite::default();
    let journal = maker.open();
    for number in 0..COMMITS {
        one(&journal, text("c1", &number.to_string())).await;
    }
    (maker, journal)
}

fn change(folder: &TempDir, file: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let file = folder.path().join(file);
    let mut bytes = std::fs::read(&file).unwrap();
    change(&mut bytes);
    std::fs::write(file, bytes).unwrap();
}

fn is_told(folder: &TempDir) {
    let Err(error) = open(folder) else { panic!("it opens") };
    assert!(matches!(error, OpenError::LogDamaged { .. }), "{error}");
    let report = check_folder(folder.path(), &|_| {}).unwrap();
    let place = report.findings[0].place.as_deref();
    assert_eq!(place, Some("journal.db-wal"), "{report:?}");
    let to = folder.path().join("backup");
    let error = backup_folder(folder.path(), &to, "", &|_| {}).unwrap_err();
    assert!(matches!(error, BackupError::Damaged { .. }) && !to.exists(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_of_the_log_is_told_or_has_lost_nothing() {
    let (maker, journal) = filled().await;
    let original = ids(&all(&journal).await);
    assert_eq!(original.len(), COMMITS);
    let (mut told, mut harmless) = (0, 0);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for flip in 0..FLIPS {
        let copy = killed(maker.0.path());
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        let mut at = 0;
        change(&copy, "journal.db-wal", |bytes| {
            at = (random >> 20) as usize % bytes.len();
            bytes[at] ^= 1 << (flip % 8);
        });
        match read(&copy).await {
            Err(OpenError::LogDamaged { .. }) => told += 1,
            Err(error) => panic!("byte {at}: {error}"),
            Ok(found) => {
                assert_eq!(found, original, "byte {at}");
                harmless += 1;
            }
        }
    }
    println!("{FLIPS} flips in the log: {told} told at the start, {harmless} harmless");
    assert!(told > 150);
    assert_eq!(read(&killed(maker.0.path())).await.unwrap(), original);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_cut_or_gone_is_told_and_a_write_that_was_cut_off_is_not() {
    let (maker, journal) = filled().await;
    let before = killed(maker.0.path());
    one(&journal, text("c1", "last")).await;
    let after = killed(maker.0.path());
    let length =
        |folder: &TempDir| folder.path().join("journal.db-wal").metadata().unwrap().len() as usize;
    let (whole, longer) = (length(&before), length(&after));
    assert!(longer > whole);
    // Killed before it was acknowledged: as the mark of before says.
    for cut in [whole, whole + 1, (whole + longer) / 2, longer - 1, longer] {
        let copy = killed(after.path());
        std::fs::copy(before.path().join("journal.mark"), copy.path().join("journal.mark"))
            .unwrap();
        change(&copy, "journal.db-wal", |bytes| bytes.truncate(cut));
        let expected = COMMITS + usize::from(cut == longer);
        assert_eq!(read(&copy).await.unwrap().len(), expected, "cut at {cut}");
    }
    for cut in [0, 31, 32, whole / 2, longer - 1] {
        let copy = killed(after.path());
        change(&copy, "journal.db-wal", |bytes| bytes.truncate(cut));
        is_told(&copy);
    }
    let copy = killed(after.path());
    std::fs::remove_file(copy.path().join("journal.db-wal")).unwrap();
    is_told(&copy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mark_all_but_the_last_commit_is_watched_over() {
    let (maker, journal) = filled().await;
    let original = ids(&all(&journal).await);
    let unmarked = || {
        let copy = killed(maker.0.path());
        change(&copy, "journal.mark", |bytes| bytes[3] ^= 1);
        copy
    };
    assert_eq!(read(&unmarked()).await.unwrap(), original);
    // The head, and the middle.
    for at in [5, 17, 27, 100_000] {
        let copy = unmarked();
        change(&copy, "journal.db-wal", |bytes| bytes[at] ^= 16);
        is_told(&copy);
    }
    // The end may be a write that was cut off.
    let copy = unmarked();
    change(&copy, "journal.db-wal", |bytes| *bytes.last_mut().unwrap() ^= 16);
    assert_eq!(read(&copy).await.unwrap(), original[..COMMITS - 1]);
    // What the refusal says helps: without the rest of the log it starts.
    let copy = killed(maker.0.path());
    change(&copy, "journal.db-wal", |bytes| {
        let at = bytes.len() * 2 / 3;
        bytes[at] ^= 16;
    });
    let Err(OpenError::LogDamaged { whole_bytes, .. }) = open(&copy) else { panic!("it opens") };
    change(&copy, "journal.db-wal", |bytes| bytes.truncate(whole_bytes as usize));
    std::fs::remove_file(copy.path().join("journal.mark")).unwrap();
    let left = read(&copy).await.unwrap();
    assert!(!left.is_empty() && original.starts_with(&left));
}

/// What a power cut leaves: the start of the last commit is not there, its end is, and the
/// mark is that of before it.
fn power_cut(before: &TempDir, after: &Path) -> TempDir {
    let copy = killed(after);
    std::fs::copy(before.path().join("journal.mark"), copy.path().join("journal.mark")).unwrap();
    let log = |folder: &Path| folder.join("journal.db-wal").metadata().unwrap().len() as usize;
    // The second half of the first frame that came after it; a new log has a head.
    let at = log(before.path()).max(32) + 24 + 2048;
    assert!(at < log(after));
    change(&copy, "journal.db-wal", |bytes| bytes[at] ^= 1);
    copy
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_power_cuts_have_cut_off_is_no_damage() {
    let (maker, journal) = filled().await;
    let before = killed(maker.0.path());
    let mut long = accept(vec![text("c1", "long")]);
    long.raw.body = "x".repeat(100_000);
    journal.accept(long).await.unwrap();
    let first = power_cut(&before, maker.0.path());
    let again = open(&first).unwrap();
    assert_eq!(all(&again).await.len(), COMMITS);
    one(&again, text("c1", "after the first")).await;
    let before = killed(first.path());
    one(&again, text("c1", "cut off")).await;
    let second = power_cut(&before, first.path());
    // The end of the long one lies behind it still, where the log was not begun anew.
    assert_eq!(read(&second).await.unwrap().len(), COMMITS + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_leaves_nothing_in_the_log() {
    let (maker, journal) = filled().await;
    drop(journal);
    let copy = tempfile::tempdir().unwrap();
    let database = |folder: &Path| folder.join("journal.db");
    std::fs::copy(database(maker.0.path()), database(copy.path())).unwrap();
    std::fs::copy(maker.0.path().join("journal.mark"), copy.path().join("journal.mark")).unwrap();
    assert_eq!(read(&copy).await.unwrap().len(), COMMITS);
    assert!(maker.open().latest_event().borrow().is_some());
}
