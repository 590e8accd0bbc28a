//! Damaged disks: what was written is read, or it is said that it cannot be.

use std::collections::BTreeMap;
use std::path::Path;

use eclusa_journal::{
    ChannelChange, DeliveryBody, Finish, Journal, JournalError, LetterFilter, Letters, OpenError,
    Registry, RegistryChange, Session, Sessions, SqliteJournal, SqliteOptions, Token, TokenChange,
    TokenRole, Traffic, Upkeep, Window, check_folder,
};
use eclusa_model::Problem;

use crate::channels::channel;
use crate::make::audit as made;
use crate::make::{
    accept, attempt, done, failed, keyed, number, one, page, pushed, remap, rest, revision, sent,
    started, text, unmapped,
};
use crate::registry::{adapter, deployment, entry};
use crate::{Maker, Sqlite};

/// One of everything.
async fn fill(journal: &SqliteJournal) {
    journal.accept(pushed(vec![text("c1", "m1"), text("c2", "m2")])).await.unwrap();
    journal.submit(keyed(started("c1", "pending"), "k", 1)).await.unwrap();
    sent(journal, "c1", "o1").await;
    let retried = journal.submit(started("c3", "retried")).await.unwrap().id;
    let retry = Finish::Retry { due_at_ms: 1_900_000_000_000 };
    journal.finish(number(&retried), attempt(500), retry).await.unwrap();
    let dead = journal.submit(started("c3", "dead")).await.unwrap().id;
    let problem = Problem::refused("gone", "gone");
    journal.finish(number(&dead), attempt(410), Finish::Dead { problem }).await.unwrap();
    journal.accept(unmapped("shop", "?")).await.unwrap();
    let again = journal.accept(failed(Some(revision()), "again")).await.unwrap();
    journal.remap(remap(&again, vec![text("c1", "m3")])).await.unwrap();
    let put = ChannelChange::Put { channel: Box::new(channel("shop", 1)), expected: 0 };
    journal.change_channel(put, made()).await.unwrap();
    let logo = Some(("image/png".to_owned(), vec![7; 5000]));
    journal.set_logo("shop".to_owned(), logo, made()).await.unwrap();
    let created_at = "2026-01-01T00:00:00Z".to_owned();
    let token = Token {
        name: "admin".to_owned(),
        hash: [3; 32],
        role: TokenRole::Admin,
        created_at,
        expires_at_ms: None,
        last_used_at_ms: None,
    };
    journal.change_token(TokenChange::Put(token), made()).await.unwrap();
    let session = Session { hash: [4; 32], token: [3; 32], created_at_ms: 1, last_seen_at_ms: 2 };
    journal.start_session(session, vec![], made()).await.unwrap();
    let (adapter, deployments) = (Some(adapter("open", 1)), vec![deployment(1, "open")]);
    let audit = vec![entry(1, "open")];
    journal.record(RegistryChange { adapter, deployments, audit }).await.unwrap();
}

/// Something read: what it is, or why it cannot be read.
type Told = Result<BTreeMap<String, String>, JournalError>;

fn told<T: std::fmt::Debug>(
    list: Result<Vec<T>, JournalError>,
    key: impl Fn(&T) -> String,
) -> Told {
    Ok(list?.iter().map(|it| (key(it), format!("{it:?}"))).collect())
}

/// All that can be read, part by part.
async fn everything(journal: &SqliteJournal, deliveries: &[i64]) -> Vec<(&'static str, Told)> {
    let events = journal.events(None, 1000).await.map(|page| page.events);
    let requests = journal.requests(page(100)).await;
    let outbound = journal.outbound(page(100)).await;
    let mut all = vec![
        ("channels", told(journal.channels().await, |it| it.profile.id.clone())),
        ("tokens", told(journal.tokens().await, |it| it.name.clone())),
        ("sessions", told(journal.sessions().await, |it| format!("{:?}", it.hash))),
        ("adapters", told(journal.adapters().await, |it| it.name.clone())),
        ("deployments", told(journal.deployments(None, page(10)).await, |it| it.id.clone())),
        ("audit", told(journal.audit(None, page(10)).await, |it| it.id.clone())),
        ("unmapped", told(journal.unmapped(page(100)).await, |it| it.id.clone())),
        (
            "dead",
            told(journal.letters(LetterFilter::default(), Window::newest(100)).await, |it| {
                it.id.clone()
            }),
        ),
        ("failed", told(journal.failed_by(revision(), None, 100).await, |it| it.id.clone())),
        ("events", told(events, |it| it.id.clone())),
        ("requests", told(requests, |it| it.id.clone())),
        ("outbound", told(outbound, |it| it.message.id.clone())),
    ];
    let logo = journal.logo("shop".to_owned()).await.map(|logo| logo.into_iter().collect());
    all.push(("logo", told(logo, |(mime, _)| mime.clone())));
    for delivery in deliveries {
        let body = journal.delivery(*delivery).await.map(|body| body.into_iter().collect());
        all.push(("delivery", told(body, key)));
        let id = match journal.delivery(*delivery).await {
            Ok(Some(DeliveryBody::Message { message, .. })) => message.id,
            Ok(Some(DeliveryBody::Event { event, .. })) => event.id,
            _ => String::new(),
        };
        let message = journal.message(id).await.map(|it| it.into_iter().collect());
        all.push(("message", told(message, |it| it.id.clone())));
    }
    all
}

fn key(body: &DeliveryBody) -> String {
    match body {
        DeliveryBody::Message { message, .. } => message.id.clone(),
        DeliveryBody::Event { event, .. } => event.id.clone(),
    }
}

fn open(folder: &Path) -> Result<SqliteJournal, OpenError> {
    SqliteJournal::open(folder, SqliteOptions::default())
}

/// What is put together from several rows: one that is gone is found by the check.
const COMPOSED: [&str; 2] = ["message", "outbound"];

/// So many bytes of the file are flipped, one at a time.
const FLIPS: u64 = 1000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_never_changes_what_is_read() {
    let maker = Sqlite::default();
    let journal = maker.open();
    fill(&journal).await;
    let mut feed = journal.take_deliveries().unwrap();
    let pending: Vec<i64> = rest(&journal, &mut feed).await.into_iter().map(|it| it.id).collect();
    assert_eq!(pending.len(), 5);
    let original = everything(&journal, &pending).await;
    drop(journal);
    assert!(check_folder(maker.0.path(), &|_| {}).unwrap().is_sound());
    let bytes = std::fs::read(maker.0.path().join("journal.db")).unwrap();
    assert!(bytes.len() > 20 * 4096, "all of it is in the file once the journal is closed");

    let (mut refused, mut told, mut unseen) = (0, 0, 0);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for flip in 0..FLIPS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        let at = (random >> 20) as usize % bytes.len();
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (flip % 8);
        let copy = tempfile::tempdir().unwrap();
        std::fs::write(copy.path().join("journal.db"), &damaged).unwrap();
        // With the key, so that secrets open where they are whole.
        let key = |folder: &Path| folder.join("secrets.key");
        std::fs::copy(key(maker.0.path()), key(copy.path())).unwrap();
        let report = check_folder(copy.path(), &|_| {}).unwrap();
        let Ok(journal) = open(copy.path()) else {
            refused += 1;
            continue;
        };
        // It comes to an end, whatever the order of the keys has become.
        let mut parts = 0;
        while journal.scrub().await.is_ok_and(|part| !part.ended) {
            parts += 1;
            assert!(parts < 20, "byte {at}: reading all rows does not end");
        }
        let mut same = true;
        let now = everything(&journal, &pending).await;
        for ((name, before), (_, after)) in original.iter().zip(&now) {
            let (before, Ok(after)) = (before.as_ref().unwrap(), after) else {
                same = false;
                continue;
            };
            for (key, value) in after {
                if let Some(before) = before.get(key)
                    && !COMPOSED.contains(name)
                {
                    assert_eq!(before, value, "byte {at} of {name}");
                }
            }
            same &= before == after;
        }
        if same {
            unseen += 1;
        } else {
            told += 1;
            assert!(!report.is_sound(), "byte {at}: something is gone, and nothing tells");
        }
    }
    println!(
        "{FLIPS} flips: {refused} refused at the start, {told} told when read, {unseen} harmless"
    );
    assert!(refused > 0 && told > 0 && unseen > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_is_named_and_others_are_read() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let first = one(&journal, text("c1", "m1")).await.events[0].id.clone();
    let second = journal.submit(started("c2", "fine")).await.unwrap().id;
    let third = journal.submit(started("c3", "damaged")).await.unwrap().id;
    drop(journal);
    // As a foreign program: without a checksum.
    let database = rusqlite::Connection::open(maker.0.path().join("journal.db")).unwrap();
    database.execute_batch("UPDATE events SET body = replace(body, 'hello', 'hullo')").unwrap();
    let change = "UPDATE messages SET body = replace(body, 'damaged', 'changed') WHERE id = ?1";
    database.execute(change, [number(&third)]).unwrap();
    drop(database);

    let report = check_folder(maker.0.path(), &|_| {}).unwrap();
    let found: Vec<_> =
        report.findings.iter().map(|it| (it.place.as_deref(), it.id.as_deref())).collect();
    let (event, message) = (number(&first).to_string(), number(&third).to_string());
    assert_eq!(found, [(Some("events"), Some(&*event)), (Some("messages"), Some(&*message))]);

    let journal = maker.open();
    let error = journal.events(None, 10).await.unwrap_err();
    assert!(
        matches!(&error, JournalError::Corrupt { table, id } if table == "events" && *id == first),
        "{error}"
    );
    let error = journal.delivery(number(&third)).await.unwrap_err();
    assert!(matches!(&error, JournalError::Corrupt { id, .. } if *id == third), "{error}");
    assert!(journal.delivery(number(&second)).await.unwrap().is_some());
    // What changes beside it does not make it look right.
    journal.finish(number(&third), attempt(200), done("x")).await.unwrap_err();
    journal.message(third).await.unwrap_err();
    journal.accept(accept(vec![text("c1", "m2")])).await.unwrap();
    assert!(journal.health().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_structure_ends_the_writing_wherever_it_is_met() {
    let maker = Sqlite::default();
    let journal = maker.open();
    for number in 0..50 {
        one(&journal, text("c1", &number.to_string())).await;
    }
    drop(journal);
    let file = maker.0.path().join("journal.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    let root: u32 = database
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'requests'", [], |row| {
            row.get(0)
        })
        .unwrap();
    drop(database);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[(root as usize - 1) * 4096] = 99;
    std::fs::write(&file, bytes).unwrap();
    // The start may meet it already.
    let Ok(journal) = open(maker.0.path()) else { return };
    let error = journal.requests(page(10)).await.unwrap_err();
    assert!(matches!(error, JournalError::Damaged(_)), "{error}");
    assert!(*journal.failed().borrow() && journal.health().is_err());
    journal.accept(accept(vec![])).await.unwrap_err();
}
