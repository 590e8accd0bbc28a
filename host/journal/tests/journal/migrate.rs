//! Journals of older versions.

use eclusa_journal::{Journal, Page, Registry, Traffic};

use crate::make::{all, failed, one, page, remap, revision, sent, text};
use crate::{Maker, Sqlite};

/// What later versions of the schema have added, taken away.
const FIRST_VERSION: &str = "
    DROP TABLE adapters;
    DROP TABLE deployments;
    DROP TABLE audit;
    DROP TABLE audit_subjects;
    DROP TABLE unclean;
    ALTER TABLE tokens DROP COLUMN expires_at_ms;
    ALTER TABLE tokens DROP COLUMN last_used_at_ms;
    DROP TABLE pauses;
    DROP TABLE sessions;
    DROP TABLE redriven;
    DROP TABLE scrub;
    DELETE FROM events WHERE kind = 'attendance.opened';
    DROP INDEX events_attendance;
    DROP INDEX messages_attendance;
    ALTER TABLE events DROP COLUMN attendance;
    ALTER TABLE events DROP COLUMN attendance_state;
    ALTER TABLE messages DROP COLUMN attendance;
    DROP TABLE attendances;
    DROP TABLE inbox;
    DROP TABLE contact_words;
    DROP TABLE attendance_counts;
    DROP TABLE flows;
    DROP TABLE flow_sessions;
    ALTER TABLE messages DROP COLUMN sent_by;
    DROP INDEX requests_channel;
    DROP INDEX messages_channel;
    DROP INDEX requests_failed;
    DROP INDEX events_request;
    ALTER TABLE events DROP COLUMN late;
    DROP TABLE sums;
    DROP TABLE pruned;
    DROP INDEX dead_letters_not_passed;
    ALTER TABLE dead_letters DROP COLUMN passed;
    ALTER TABLE dead_letters DROP COLUMN revision;
    ALTER TABLE dead_letters DROP COLUMN discarded;
    ALTER TABLE requests DROP COLUMN discarded;
    ALTER TABLE deliveries DROP COLUMN revision;
    ALTER TABLE deliveries DROP COLUMN traceparent;
    PRAGMA user_version = 1;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_of_the_first_version_is_taken_over() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let request = journal.accept(failed(Some(revision()), "?")).await.unwrap();
    let known = one(&journal, text("c1", "m2")).await;
    let message = sent(&journal, "c1", "o1").await;
    drop(journal);
    let database = rusqlite::Connection::open(maker.0.path().join("journal.db")).unwrap();
    let tables: Vec<String> = database
        .prepare("SELECT name FROM sums")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for table in tables {
        database.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN checksum")).unwrap();
    }
    database.execute_batch(FIRST_VERSION).unwrap();
    drop(database);

    let journal = maker.open();
    assert!(journal.adapters().await.unwrap().is_empty());
    let of_shop = Page { channel: Some("shop".to_owned()), ..page(10) };
    assert_eq!(journal.requests(of_shop.clone()).await.unwrap().len(), 2);
    assert_eq!(journal.outbound(of_shop).await.unwrap()[0].message.id, message);
    assert_eq!(journal.events_of(known.request_id).await.unwrap()[0].id, known.events[0].id);
    let left = journal.failed_by(revision(), None, 10).await.unwrap();
    assert_eq!(left[0].id, request.request_id);
    let events = vec![text("c1", "m2"), text("c1", "m1"), text("c2", "m1")];
    journal.remap(remap(&request, events)).await.unwrap();
    let late: Vec<_> = all(&journal).await.into_iter().map(|event| event.late).collect();
    assert_eq!(late, [false, true, false]);
}
