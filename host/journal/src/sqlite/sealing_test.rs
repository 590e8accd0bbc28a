//! Secrets on the disk.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use eclusa_model::{Channel, ChannelProfile, Color, Secret};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use crate::sqlite::{schema, vault};
use crate::{ChannelChange, Journal, KeyError, KeySource, OpenError, SqliteJournal, SqliteOptions};

const SECRET: &str = "a-secret-that-is-found-where-it-is-7f3a91";

fn open(folder: &Path, keys: KeySource) -> Result<SqliteJournal, OpenError> {
    SqliteJournal::open(folder, SqliteOptions { keys, ..SqliteOptions::default() })
}

fn given(keys: &[&str]) -> KeySource {
    KeySource::Given(Secret::new(keys.join(",")))
}

fn key(byte: u8) -> String {
    STANDARD.encode([byte; 32])
}

/// A channel whose header holds the secret.
fn secretive(id: &str, revision: u64) -> Channel {
    Channel {
        profile: ChannelProfile {
            id: id.to_owned(),
            name: "Shop".to_owned(),
            description: String::new(),
            color: Color::from_rgb(42, 157, 143),
            adapter: "open".to_owned(),
            url: None,
            settings: serde_json::Map::new(),
            flow: None,
            flow_runner: eclusa_model::FlowRunner::Platform,
            delivery: Default::default(),
            limits: eclusa_model::ChannelLimits::default(),
        },
        headers: BTreeMap::from([("x-key".to_owned(), Secret::new(SECRET))]),
        secrets: BTreeMap::new(),
        ingress_key: Secret::new(SECRET),
        previous_ingress: None,
        documentation_key: None,
        revision,
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        updated_at: "2026-01-01T00:00:00Z".to_owned(),
    }
}

/// Who did it, each time another entry.
fn audit() -> AuditEntry {
    static TIME: AtomicI64 = AtomicI64::new(1_700_000_000_000);
    let subject = AuditSubject::new(SubjectKind::Channel, "shop");
    let now_ms = TIME.fetch_add(1, Ordering::Relaxed);
    AuditEntry::new(now_ms, "ana", AuditAction::Changed, subject, "name")
}

async fn put(journal: &SqliteJournal, channel: Channel) {
    let expected = channel.revision - 1;
    let change = ChannelChange::Put { channel: Box::new(channel), expected };
    journal.change_channel(change, audit()).await.unwrap();
}

/// The database as the writer has it, which keeps the rows' checksums.
fn database(folder: &Path) -> Connection {
    let mut conn = Connection::open(folder.join("journal.db")).unwrap();
    schema::prepare(&mut conn).unwrap();
    conn
}

fn sealed(folder: &Path, id: &str) -> Vec<u8> {
    let query = "SELECT sealed FROM channels WHERE id = ?1";
    database(folder).query_row(query, [id], |row| row.get(0)).unwrap()
}

fn write(folder: &Path, id: &str, stored: &[u8]) {
    let query = "UPDATE channels SET sealed = ?2 WHERE id = ?1";
    assert_eq!(database(folder).execute(query, params![id, stored]).unwrap(), 1);
}

/// The files of a folder in which a text stands.
fn found(folder: &Path, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.is_file())
        .filter(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|part| part == text.as_bytes())
        })
        .map(|path| path.display().to_string())
        .collect()
}

fn refused(folder: &Path, keys: KeySource) -> (OpenError, String) {
    let Err(error) = open(folder, keys) else { panic!("it opens") };
    let text = error.to_string();
    (error, text)
}

/// A folder with two channels, under one key.
async fn two_channels(keys: KeySource) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), keys).unwrap();
    put(&journal, secretive("shop", 1)).await;
    put(&journal, secretive("site", 1)).await;
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_the_files() {
    let folder = two_channels(KeySource::Folder).await;
    assert_eq!(found(folder.path(), SECRET), Vec::<String>::new());
    // Nor while the journal is open.
    let journal = open(folder.path(), KeySource::Folder).unwrap();
    put(&journal, secretive("shop", 2)).await;
    assert_eq!(found(folder.path(), SECRET), Vec::<String>::new());
    assert_eq!(journal.channels().await.unwrap(), [secretive("shop", 2), secretive("site", 1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_as_it_is_is_sealed_and_wiped() {
    let folder = two_channels(KeySource::Folder).await;
    let folder = folder.path();
    // As the program before stored it; and remains of it in pages that are free.
    let plain =
        format!(r#"{{"headers":{{"x-key":"{SECRET}"}},"secrets":{{}},"ingress_key":"{SECRET}"}}"#);
    write(folder, "shop", plain.as_bytes());
    let conn = database(folder);
    conn.execute_batch("PRAGMA secure_delete = OFF; CREATE TABLE old (it BLOB)").unwrap();
    for _ in 0..200 {
        conn.execute("INSERT INTO old VALUES (?1)", [plain.repeat(3)]).unwrap();
    }
    conn.execute_batch("DROP TABLE old").unwrap();
    drop(conn);
    assert!(!found(folder, SECRET).is_empty(), "the search finds it");

    let journal = open(folder, KeySource::Folder).unwrap();
    assert_eq!(found(folder, SECRET), Vec::<String>::new());
    let channels = journal.channels().await.unwrap();
    assert_eq!(channels[0].headers["x-key"].expose(), SECRET);
    assert_eq!(channels[0].ingress_key.expose(), SECRET);
    assert_eq!(channels[1], secretive("site", 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wiping_that_was_cut_off_is_done_at_the_next_start() {
    let folder = two_channels(KeySource::Folder).await;
    let folder = folder.path();
    let conn = database(folder);
    conn.execute_batch("PRAGMA secure_delete = OFF; CREATE TABLE old (it BLOB)").unwrap();
    conn.execute("INSERT INTO old VALUES (?1)", [SECRET.repeat(300)]).unwrap();
    conn.execute_batch("DROP TABLE old; INSERT INTO unclean (since) VALUES ('2026-01-01')")
        .unwrap();
    drop(conn);
    assert!(!found(folder, SECRET).is_empty());
    drop(open(folder, KeySource::Folder).unwrap());
    assert_eq!(found(folder, SECRET), Vec::<String>::new());
    let query = "SELECT count(*) FROM unclean";
    let left: i64 = database(folder).query_row(query, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_right_key_nothing_starts() {
    let folder = two_channels(given(&[&key(1)])).await;
    let folder = folder.path();
    let (error, text) = refused(folder, given(&[&key(2), &key(3)]));
    assert!(matches!(error, OpenError::Key(KeyError::Missing { .. })), "{text}");
    let KeyError::Missing { key: id, .. } = (match error {
        OpenError::Key(error) => error,
        other => panic!("{other}"),
    }) else {
        panic!("{text}")
    };
    assert!(text.contains(&id) && text.contains("ECLUSA_SECRETS__KEY"), "{text}");
    assert!(!text.contains(&key(2)) && !text.contains(&key(1)), "{text}");
    // No setting at all: no new key is made in silence.
    let (_, text) = refused(folder, KeySource::Folder);
    assert!(text.contains(&id) && text.contains("secrets.key"), "{text}");
    assert!(!folder.join("secrets.key").exists());
    for wrong in ["", "hunter2", &key(1)[..20]] {
        let (error, text) = refused(folder, given(&[wrong]));
        assert!(matches!(error, OpenError::Key(KeyError::Format { .. })), "{text}");
        assert!(wrong.is_empty() || !text.contains(wrong), "{text}");
    }
    let (_, text) = refused(folder, KeySource::File(folder.join("nowhere")));
    assert!(text.contains("nowhere") && text.contains("secrets.key_file"), "{text}");
    assert!(open(folder, given(&[&key(2), &key(1)])).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_of_another_row_or_of_before_do_not_open() {
    let folder = two_channels(KeySource::Folder).await;
    let folder = folder.path();
    let (shop, site) = (sealed(folder, "shop"), sealed(folder, "site"));
    let altered = |text: &str| text.contains("`shop`") && text.contains("altered");
    write(folder, "shop", &site);
    assert!(altered(&refused(folder, KeySource::Folder).1));
    for at in [0, 5, 20, 50, 100, shop.len() - 1] {
        let mut flipped = shop.clone();
        flipped[at] ^= 1;
        write(folder, "shop", &flipped);
        let (error, text) = refused(folder, KeySource::Folder);
        // A flipped key id is a key that is not there.
        let is_id = (1..9).contains(&at);
        assert!(altered(&text) || (is_id && matches!(error, OpenError::Key(_))), "{at}: {text}");
    }
    write(folder, "shop", &shop);
    let journal = open(folder, KeySource::Folder).unwrap();
    put(&journal, secretive("shop", 2)).await;
    drop(journal);
    // Put back beside the newer revision.
    write(folder, "shop", &shop);
    assert!(altered(&refused(folder, KeySource::Folder).1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_rotated() {
    let folder = two_channels(KeySource::Folder).await;
    let folder = folder.path();
    let before = std::fs::read_to_string(folder.join("secrets.key")).unwrap();
    let journal = open(folder, KeySource::Folder).unwrap();
    let first = journal.rotate_keys(audit()).await.unwrap();
    assert_eq!((first.rewrapped, first.unchanged, first.older.len()), (2, 0, 1));
    let channels = journal.channels().await.unwrap();
    assert_eq!(channels, [secretive("shop", 1), secretive("site", 1)]);
    put(&journal, secretive("shop", 2)).await;
    drop(journal);
    for id in ["shop", "site"] {
        assert_eq!(hex::encode(&sealed(folder, id)[1..9]), *first.key.as_ref().unwrap());
    }
    // The first key alone is not enough any more.
    let after = std::fs::read_to_string(folder.join("secrets.key")).unwrap();
    let lines = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    };
    assert_eq!(lines(&after)[1..], lines(&before));
    std::fs::remove_file(folder.join("secrets.key")).unwrap();
    refused(folder, given(&[&lines(&before)[0]]));

    // From the folder's key to one of the operator's: a new one first, then
    // rotated, then without the old one.
    let both = [key(9), lines(&after)[0].clone()];
    let journal = open(folder, given(&[&both[0], &both[1]])).unwrap();
    let second = journal.rotate_keys(audit()).await.unwrap();
    assert_eq!((second.rewrapped, second.unchanged), (2, 0));
    let again = journal.rotate_keys(audit()).await.unwrap();
    assert_eq!((again.rewrapped, again.unchanged), (0, 2));
    drop(journal);
    let journal = open(folder, given(&[&key(9)])).unwrap();
    assert_eq!(journal.channels().await.unwrap(), [secretive("shop", 2), secretive("site", 1)]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = two_channels(KeySource::Folder).await;
    let own = folder.path().join("secrets.key");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&own), 0o600);
    let journal = open(folder.path(), KeySource::Folder).unwrap();
    journal.rotate_keys(audit()).await.unwrap();
    drop(journal);
    assert_eq!(mode(&own), 0o600);
    for open_to in [0o640, 0o604] {
        std::fs::set_permissions(&own, PermissionsExt::from_mode(open_to)).unwrap();
        let (error, text) = refused(folder.path(), KeySource::Folder);
        assert!(matches!(error, OpenError::Key(KeyError::Mode { .. })), "{text}");
        assert!(text.contains("600"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn very_many_keys_are_not_kept_for_ever_and_no_used_one_goes() {
    let folder = two_channels(KeySource::Folder).await;
    let file = folder.path().join("secrets.key");
    let oldest = std::fs::read_to_string(&file).unwrap();
    let oldest = oldest.lines().last().unwrap().to_owned();
    let newer: Vec<String> = (0..1399_u32)
        .map(|number| {
            let mut bytes = [7; 32];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            STANDARD.encode(bytes)
        })
        .collect();
    std::fs::write(&file, format!("{}\n{oldest}\n", newer.join("\n"))).unwrap();
    let keys = || {
        let text = std::fs::read_to_string(&file).unwrap();
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
    };

    let journal = open(folder.path(), KeySource::Folder).unwrap();
    let rotation = journal.rotate_keys(audit()).await.unwrap();
    assert_eq!(rotation.rewrapped, 2);
    // What encrypted something when the file was written is the last in it.
    assert_eq!((keys().len(), keys().last()), (1001, Some(&oldest)));
    let rotation = journal.rotate_keys(audit()).await.unwrap();
    assert_eq!((keys().len(), rotation.older.len()), (1000, 999));
    assert!(!keys().contains(&oldest));
    drop(journal);
    let journal = open(folder.path(), KeySource::Folder).unwrap();
    assert_eq!(journal.channels().await.unwrap(), [secretive("shop", 1), secretive("site", 1)]);
}

#[test]
fn a_key_file_that_the_next_start_would_refuse_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<String> =
        (0..1500_u32).map(|_| vault::Key::random().text().to_string()).collect();
    let ring = vault::Keyring::parse(&keys.join("\n")).unwrap();
    let used = ring.all().map(vault::Key::id).collect();
    let written = vault::add_to_folder(folder.path(), Some(&ring), &used);
    assert!(matches!(written, Err(KeyError::TooLong { .. })));
    let file = folder.path().join("secrets.key");
    assert!(!file.exists());
    // One that somebody has made so long is told apart from one without a key.
    std::fs::write(&file, keys.join("\n")).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let (error, text) = refused(folder.path(), KeySource::Folder);
    assert!(matches!(error, OpenError::Key(KeyError::TooLong { .. })), "{text}");
}
