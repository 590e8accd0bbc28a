//! Comparing all rows in the background.

use std::path::Path;

use eclusa_journal::{DamagedRow, Journal, Scrubbed, SqliteJournal, Upkeep, check_folder};

use crate::make::{accept, one, text};
use crate::{Maker, Sqlite};

const NEEDLE: &[u8] = b"a body like no other";

/// Many rows, one of them with the needle; its request's id.
async fn fill(journal: &SqliteJournal) -> String {
    for number in 0..100 {
        one(journal, text("c1", &number.to_string())).await;
    }
    let mut cold = accept(vec![text("c1", "cold")]);
    cold.raw.body = String::from_utf8(NEEDLE.to_vec()).unwrap();
    let cold = journal.accept(cold).await.unwrap().request_id;
    for number in 100..200 {
        one(journal, text("c1", &number.to_string())).await;
    }
    cold
}

/// Changes a byte of the needle in the closed file, or changes it back.
fn flip(folder: &Path) {
    let file = folder.join("journal.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let places = bytes.windows(NEEDLE.len()).enumerate();
    // But for its first byte, which is the one that is changed.
    let mut places = places.filter(|(_, part)| part[1..] == NEEDLE[1..]).map(|(at, _)| at);
    let at = places.next().unwrap();
    assert_eq!(places.next(), None);
    bytes[at] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

async fn pass(journal: &SqliteJournal) -> Vec<Scrubbed> {
    let mut parts: Vec<Scrubbed> = Vec::new();
    while parts.last().is_none_or(|part| !part.ended) {
        assert!(parts.len() < 100, "it does not end");
        parts.push(journal.scrub().await.unwrap());
    }
    parts
}

fn told(journal: &SqliteJournal) -> Vec<DamagedRow> {
    journal.status().scrub.unwrap().damaged
}

fn rows(parts: &[Scrubbed]) -> u64 {
    parts.iter().map(|part| part.rows).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_to_a_row_that_nobody_reads_is_told() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let row = fill(&journal).await;
    assert_eq!(journal.status().scrub.unwrap().last_pass_at, None);
    let parts = pass(&journal).await;
    assert!(parts.len() > 2 && parts.iter().all(|part| part.rows <= 256), "{parts:?}");
    assert!(parts.iter().all(|part| part.damaged.is_empty()) && told(&journal).is_empty());
    assert!(journal.status().scrub.unwrap().last_pass_at.is_some());
    drop(journal);

    flip(maker.0.path());
    let journal = maker.open();
    let parts = pass(&journal).await;
    let damaged: Vec<_> = parts.iter().flat_map(|part| part.damaged.clone()).collect();
    let expected = [DamagedRow { table: "requests".to_owned(), row }];
    assert_eq!(damaged, expected);
    assert_eq!(told(&journal), expected);
    // All else goes on, and the next process tells it before it has read anything.
    one(&journal, text("c1", "more")).await;
    assert!(journal.health().is_ok());
    let journal = maker.reopen(journal);
    assert_eq!(told(&journal), expected);
    journal.scrub().await.unwrap();
    assert_eq!(told(&journal), expected);
    drop(journal);

    flip(maker.0.path());
    let journal = maker.open();
    pass(&journal).await;
    pass(&journal).await;
    assert_eq!(told(&journal), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_goes_on_in_the_next_process_and_reads_all_rows_once() {
    let maker = Sqlite::default();
    let journal = maker.open();
    fill(&journal).await;
    drop(journal);
    let mut parts = Vec::new();
    while parts.last().is_none_or(|part: &Scrubbed| !part.ended) {
        assert!(parts.len() < 100, "it does not end");
        let journal = maker.open();
        parts.push(journal.scrub().await.unwrap());
        assert_eq!(
            journal.status().scrub.unwrap().last_pass_at.is_some(),
            parts.last().unwrap().ended
        );
    }
    assert!(parts.len() > 2);
    assert_eq!(rows(&parts), check_folder(maker.0.path(), &|_| {}).unwrap().rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_rows_make_small_parts() {
    let maker = Sqlite::default();
    let journal = maker.open();
    for number in 0..6 {
        let mut large = accept(vec![text("c1", &number.to_string())]);
        large.raw.body = "x".repeat(2 << 20);
        journal.accept(large).await.unwrap();
    }
    let parts = pass(&journal).await;
    assert!(parts.len() > 3, "{parts:?}");
    assert!(parts.iter().all(|part| part.bytes < 7 << 20), "{parts:?}");
}
