#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::*;
use crate::Page;
use crate::registry::{AuditAbout, AuditAction, AuditSubject, SubjectKind};
use crate::sqlite::{audit, tokens};

/// A database as the program left it that came before the migration with this in
/// it.
fn before(part: &str) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    let at = MIGRATIONS.iter().position(|migration| migration.contains(part)).unwrap();
    for migration in &MIGRATIONS[..at] {
        conn.execute_batch(migration).unwrap();
    }
    conn.pragma_update(None, "user_version", at as u32).unwrap();
    conn
}

#[test]
fn the_audit_and_the_tokens_of_an_older_version_are_taken_over() {
    let mut conn = before("audit_of_adapters");
    conn.execute_batch(
        r#"
        INSERT INTO audit VALUES
            ('01HF7YAT00000000000000000A', 'open',
             '{"id":"01HF7YAT00000000000000000A","at":"2026-01-02T03:04:05Z","actor":"ana",
               "action":"submitted","adapter":"open","revision":"ab","deployment":null,
               "channel":null,"detail":"12 bytes"}'),
            ('01HF7YAT00000000000000000B', 'open',
             '{"id":"01HF7YAT00000000000000000B","at":"2026-01-02T03:04:05Z","actor":"ana",
               "action":"pinned","adapter":"open","revision":"ab","deployment":null,
               "channel":"shop","detail":"why"}');
        INSERT INTO tokens (name, hash, role, created_at)
            VALUES ('admin', zeroblob(32), 'admin', '2026-01-01T00:00:00Z');"#,
    )
    .unwrap();
    prepare(&mut conn).unwrap();

    let page = Page { channel: None, before: None, limit: 10 };
    let listed = |about: Option<AuditAbout>| audit::page(&conn, about.as_ref(), &page).unwrap();
    let of = |kind, id: &str| Some(AuditAbout { kind, id: Some(id.to_owned()) });
    let all = listed(None);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].subject, AuditSubject::new(SubjectKind::Adapter, "open"));
    assert_eq!((all[0].action, all[0].detail.as_str()), (AuditAction::Pinned, "why"));
    assert_eq!(listed(of(SubjectKind::Adapter, "open")), all);
    assert_eq!(listed(of(SubjectKind::Channel, "shop")), all[..1]);
    let tokens = tokens::all(&conn).unwrap();
    assert_eq!((tokens[0].name.as_str(), tokens[0].expires_at_ms), ("admin", None));
}

#[test]
fn a_column_of_checksums_under_another_name_is_a_difference() {
    let mut conn = Connection::open_in_memory().unwrap();
    prepare(&mut conn).unwrap();
    assert_eq!(differences(&conn).unwrap(), [""; 0]);
    // One flipped bit in the file. All rows of the table would go unchecked.
    conn.execute_batch(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'checksum', 'Checksum') WHERE name = 'events';
         PRAGMA writable_schema = RESET;",
    )
    .unwrap();
    assert_eq!(differences(&conn).unwrap(), ["column events.checksum INTEGER 0 0 0  is missing"]);
}

#[test]
fn event_letters_of_an_older_version_that_younger_events_have_passed_are_noted() {
    let mut conn = before("dead_letters_not_passed");
    // By conversation: 1 is a letter each, the rest is what came after it.
    conn.execute_batch(
        "WITH younger (id, channel, conversation) AS (VALUES
             (1, 'shop', 'passed'), (2, 'shop', 'passed'),
             (11, 'shop', 'waits'), (12, 'shop', 'waits'),
             (21, 'shop', 'letter'), (22, 'shop', 'letter'),
             (31, 'shop', 'older'), (30, 'shop', 'older'),
             (41, 'shop', 'elsewhere'), (42, 'other', 'elsewhere'),
             (51, 'shop', ''), (52, 'shop', ''),
             (61, 'shop', 'chat'), (62, 'shop', 'chat'))
         INSERT INTO events (id, request, kind, channel, conversation, received_at, body)
             SELECT id, id, 'typing', channel, conversation, '', '' FROM younger;
         INSERT INTO deliveries (id, target, channel, conversation, attempts, due_at_ms)
             VALUES (12, 'platform', 'shop', 'waits', 0, 0);
         INSERT INTO dead_letters (id, target, channel, conversation, attempts, problem, died_at_ms)
             SELECT id, iif(conversation = 'chat', 'chat', 'platform'), channel, conversation, 1,
                    '{}', 0
             FROM events WHERE id IN (1, 11, 21, 22, 31, 41, 51, 61);",
    )
    .unwrap();
    prepare(&mut conn).unwrap();
    let passed: Vec<i64> = conn
        .prepare("SELECT id FROM sound_dead_letters WHERE passed = 1")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(passed, [1]);
    let left = "SELECT count(*) FROM sound_dead_letters WHERE passed = 0";
    assert_eq!(conn.query_row(left, [], |row| row.get(0)), Ok(7));
}
