//! How long a journal with many pending deliveries takes to open and announce
//! them, and the memory that this takes.
//!
//! `cargo run -p eclusa-journal --example pending -- [COUNT]`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for a person to run")]

use std::time::Instant;

use eclusa_journal::{Journal, SqliteJournal, SqliteOptions};

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default()
        / 1024
}

#[tokio::main]
async fn main() {
    let count = std::env::args().nth(1).map_or(1_000_000_u32, |given| given.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteJournal::open(folder.path(), SqliteOptions::default()).unwrap());
    let database = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    database
        .execute(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
             INSERT INTO deliveries (id, target, channel, conversation, attempts, due_at_ms)
             SELECT n, 'platform', 'telegram-sales', 1000000 + n % 50000, 0, n FROM numbers",
            [count],
        )
        .unwrap();
    drop(database);

    let before = resident_mib();
    let started = Instant::now();
    let journal = SqliteJournal::open(folder.path(), SqliteOptions::default()).unwrap();
    let opened = started.elapsed();
    let mut deliveries = journal.take_deliveries().unwrap();
    let mut taken = Vec::new();
    while taken.len() < count as usize {
        taken.push(deliveries.recv().await.unwrap());
    }
    println!(
        "{count} pending: opened in {opened:?}, announced in {:?}, {} MiB with all of them held",
        started.elapsed(),
        resident_mib() - before,
    );
}
