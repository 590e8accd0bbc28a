//! A disk that fills up: nothing acknowledged is lost, what was accepted can be
//! handed on, and it goes on by itself.
//!
//! The disk is a small one in memory (tmpfs), which takes root to make. Without it
//! the tests fail and say so: what they show cannot be shown otherwise.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use eclusa_journal::{
    AttendanceStep, Attendances, Journal, JournalError, Refusal, SqliteJournal, SqliteOptions,
    Upkeep, check_folder,
};
use tempfile::TempDir;

use crate::attendances::{change, listed};
use crate::make::{all, attempt, done, number, one, rest, started, text};

const DISK_MIB: u64 = 48;

/// A small disk.
struct Disk {
    folder: TempDir,
}

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={DISK_MIB}m");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output();
        let mounted = mount.as_ref().is_ok_and(|output| output.status.success());
        assert!(mounted, "a small disk cannot be made ({mount:?}): run the tests as root");
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Lets others take all of the disk but so much.
    fn fill(&self, but: u64) {
        let free = rustix::fs::statvfs(self.path()).unwrap();
        let free = free.f_bavail * free.f_frsize;
        let mut others =
            File::options().create(true).append(true).open(self.path().join("others")).unwrap();
        let part = vec![1; 4096];
        for _ in 0..free.saturating_sub(but) / 4096 {
            if others.write_all(&part).is_err() {
                break;
            }
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.path().join("others")).unwrap();
    }

    fn open(&self, min_free_bytes: u64) -> SqliteJournal {
        let options = SqliteOptions { min_free_bytes, ..SqliteOptions::default() };
        SqliteJournal::open(self.data(), options).unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

/// Takes requests in until there is no room; how many were acknowledged.
async fn until_full(journal: &SqliteJournal, name: &str) -> usize {
    for round in 0.. {
        // Each in a commit of its own, as large as usual.
        let body = format!("{name}-{round}-{}", "x".repeat(1000));
        match journal.accept(crate::make::accept(vec![text("c1", &body)])).await {
            Ok(_) => tokio::task::yield_now().await,
            Err(JournalError::DiskFull { .. }) => return round,
            Err(error) => panic!("{error}"),
        }
    }
    unreachable!("a disk has an end")
}

async fn until_room(journal: &SqliteJournal) {
    while let Err(error) = journal.accept(crate::make::accept(vec![])).await {
        assert!(matches!(error, JournalError::DiskFull { .. }), "{error}");
        tokio::task::yield_now().await;
    }
}

async fn finish(journal: &SqliteJournal, ids: &[String]) {
    for id in ids {
        journal.finish(number(id), attempt(200), done(id)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn intake_stops_before_the_disk_is_full_and_what_was_accepted_is_recorded() {
    let disk = Disk::new();
    let journal = disk.open(8 << 20);
    let mut pending = Vec::new();
    for _ in 0..300 {
        pending.push(journal.submit(started("c1", "x")).await.unwrap().id);
    }
    one(&journal, text("c1", "before")).await;
    assert_eq!(journal.status().refusal, None);
    disk.fill(4 << 20);
    while journal.status().refusal.is_none() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(journal.status().refusal, Some(Refusal::DiskFull(_))));
    assert!(journal.health().is_err() && !*journal.failed().borrow());
    let error = journal.submit(started("c1", "x")).await.unwrap_err();
    assert!(matches!(error, JournalError::DiskFull { .. }), "{error}");
    // The room that is left is for what was accepted.
    let attendance = listed(&journal).await.remove(0).id;
    let again = change(&attendance, AttendanceStep::Queue { queue: None });
    let error = journal.change_attendance(again).await.unwrap_err();
    assert!(matches!(error, JournalError::DiskFull { .. }), "{error}");
    finish(&journal, &pending[..40]).await;
    // Others take the rest, all but what was set aside.
    disk.fill(0);
    finish(&journal, &pending[40..140]).await;
    // A process that starts on a full disk does not end at once.
    drop(journal);
    // What the log of the database took is free now.
    disk.fill(4 << 20);
    let journal = disk.open(8 << 20);
    let error = journal.submit(started("c1", "x")).await.unwrap_err();
    assert!(matches!(error, JournalError::DiskFull { .. }), "{error}");
    finish(&journal, &pending[140..170]).await;
    assert_eq!(all(&journal).await.len(), 1);

    disk.make_room();
    until_room(&journal).await;
    one(&journal, text("c1", "after")).await;
    assert_eq!(journal.status().refusal, None);
    assert_eq!(all(&journal).await.len(), 2);
    drop(journal);
    assert!(check_folder(&disk.data(), &|_| {}).unwrap().is_sound());
    let journal = disk.open(8 << 20);
    let mut left = journal.take_deliveries().unwrap();
    let left: Vec<_> = rest(&journal, &mut left).await.into_iter().map(|it| it.id).collect();
    assert_eq!(left, pending[170..].iter().map(|id| number(id)).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_at_once_refuses_what_is_new_only() {
    let disk = Disk::new();
    // Nothing stops it before the disk does.
    let journal = disk.open(1);
    let pending = journal.submit(started("c1", "x")).await.unwrap().id;
    let another = journal.submit(started("c2", "x")).await.unwrap().id;
    disk.fill(256 << 10);
    let kept = until_full(&journal, "m").await;
    assert!(kept > 0 && !*journal.failed().borrow());
    finish(&journal, &[pending]).await;
    disk.make_room();
    until_room(&journal).await;
    finish(&journal, &[another]).await;
    assert_eq!(all(&journal).await.len(), kept);
    drop(journal);
    assert!(check_folder(&disk.data(), &|_| {}).unwrap().is_sound());
}
