//! Durable accepts per second, and what one costs the writer.
//!
//! `cargo run -p eclusa-journal --example accept -- [CALLERS] [SECONDS] [FOLDER]`
//! prints one line for each kind of journal, with and without deliveries to a
//! platform. Without a folder it uses a new one
//! in the system's folder for temporary files, which should be on the disk that
//! is to be measured.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for a person to run")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eclusa_journal::{
    Accept, Journal, Mapping, MemoryJournal, RawRequest, RevisionRef, SqliteJournal, SqliteOptions,
};
use eclusa_model::{Content, Event, Extra, InboundMessage, Participant};

fn accept(caller: usize, number: usize, push: bool) -> Accept {
    let conversation = format!("{}", 1_000_000 + (caller * 7919 + number) % 5000);
    let text = format!("Good morning, where is my order {number}?");
    let external_id = format!("{caller}-{number}");
    let body = format!(
        r#"{{"update_id":{number},"message":{{"message_id":"{external_id}","from":{{"id":{conversation},
        "is_bot":false,"first_name":"Test","last_name":"Person","username":"test_person","language_code":"pt-br"}},
        "chat":{{"id":{conversation},"first_name":"Test","type":"private"}},"date":1441645532,"text":"{text}"}}}}"#
    );
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Accept {
        channel: "telegram-sales".to_owned(),
        raw: RawRequest {
            received_at: "2026-01-02T03:04:05.678Z".to_owned(),
            method: "POST".to_owned(),
            path: String::new(),
            query: vec![],
            headers: vec![
                header("content-type", "application/json"),
                header("accept-encoding", "gzip, deflate"),
                header("host", "chat.example.org"),
                header("content-length", "345"),
            ],
            body,
        },
        verified_by: None,
        mapping: Mapping::Mapped {
            revision: RevisionRef { adapter: "telegram".to_owned(), sha256: "a".repeat(64) },
            events: vec![Event::Message(InboundMessage {
                external_id,
                conversation: conversation.clone(),
                sender: Participant {
                    name: Some("Test".to_owned()),
                    ..Participant::new(conversation)
                },
                sent_at: Some("2015-09-07T17:05:32Z".to_owned()),
                content: Content::text(text),
                reply_to: None,
                extra: Extra::default(),
            })],
            warnings: vec![],
        },
        traceparent: None,
        push,
    }
}

async fn measure(
    name: &str,
    journal: Arc<dyn Journal>,
    callers: usize,
    length: Duration,
    push: bool,
) {
    let stop = Arc::new(AtomicBool::new(false));
    let mut deliveries = journal.take_deliveries().unwrap();
    let drain = tokio::spawn(async move { while deliveries.recv().await.is_some() {} });
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (journal, stop) = (Arc::clone(&journal), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let request = accept(caller, times.len(), push);
                    let begun = Instant::now();
                    journal.accept(request).await.unwrap();
                    times.push(begun.elapsed());
                    // A journal in memory never waits: the timer has to run too.
                    tokio::task::yield_now().await;
                }
                times
            })
        })
        .collect();
    tokio::time::sleep(length).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let elapsed = started.elapsed();
    times.sort_unstable();
    let part = |share: usize| times.get(times.len() * share / 1000).copied().unwrap_or_default();
    println!(
        "{name:<20} push {push:<5} callers {callers:>4}  {:>7.0}/s  p50 {:?}  p99 {:?}  p99.9 {:?}  writer {:.1} µs each",
        times.len() as f64 / elapsed.as_secs_f64(),
        part(500),
        part(990),
        part(999),
        writer_time().unwrap_or_default().as_micros() as f64 / times.len() as f64,
    );
    drop(journal);
    drain.await.unwrap();
}

/// CPU time of the writer's thread, where the system tells (Linux).
fn writer_time() -> Option<Duration> {
    for task in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        if stat.contains("(journal-writer)") {
            let schedstat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            return Some(Duration::from_nanos(schedstat.split(' ').next()?.parse().ok()?));
        }
    }
    None
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let callers = arguments.next().map_or(64, |given| given.parse().unwrap());
    let seconds = arguments.next().map_or(5, |given| given.parse().unwrap());
    let folder = arguments.next();
    let length = Duration::from_secs(seconds);
    for push in [false, true] {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder.as_deref().map_or(temporary.path(), std::path::Path::new);
        let journal = SqliteJournal::open(folder, SqliteOptions::default()).unwrap();
        measure("sqlite", Arc::new(journal), callers, length, push).await;
        measure("memory", Arc::new(MemoryJournal::new()), callers, length, push).await;
    }
}
