//! A damaged row of a flow ends what it belongs to, and nothing else.

use eclusa_journal::{AttendanceStep, Attendances, Flows, Journal, JournalError, SqliteJournal};
use eclusa_model::AttendanceState;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use super::world::{NINE, World, counter};
use crate::Sqlite;
use crate::attendances::{assign, change, listed};
use crate::make::{number, submit, text};

const DAY: i64 = 24 * 60 * 60;

/// Two conversations are in the menu, and a foreign program has written to the first
/// one's rows: without a checksum.
async fn damaged(maker: &Sqlite, write: impl FnOnce(&Connection, i64)) -> World<SqliteJournal> {
    let mut world = World::new(maker, counter()).await;
    world.says("hi").await;
    world.set(NINE + 1000);
    world.event(text("c2", "other")).await;
    let first = number(&attendance(&world, "c1").await.id);
    let file = maker.0.path().join("journal.db");
    world.after(maker, || write(&Connection::open(file).unwrap(), first))
}

async fn attendance(world: &World<SqliteJournal>, of: &str) -> eclusa_model::Attendance {
    listed(&world.journal).await.into_iter().find(|it| it.conversation == of).unwrap()
}

/// Makes a change that no index is told of, as a damaged disk does.
fn behind_indexes(database: &Connection, change: &str) {
    let batch = format!(
        "PRAGMA writable_schema = ON;
         CREATE TEMP TABLE hidden AS SELECT * FROM sqlite_schema
             WHERE type = 'index' AND tbl_name = 'flow_sessions';
         DELETE FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'flow_sessions';
         PRAGMA writable_schema = RESET;
         {change};
         PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema SELECT * FROM hidden;
         PRAGMA writable_schema = RESET;"
    );
    database.execute_batch(&batch).unwrap();
}

/// Makes the checksums of a table's rows as the journal does.
fn fit_checksums(database: &Connection, table: &str, columns: &str) {
    let sum = |row: &Context<'_>| {
        let mut bytes = Vec::new();
        for at in 0..row.len() {
            match row.get_raw(at) {
                ValueRef::Integer(number) => {
                    bytes.push(1);
                    bytes.extend(number.to_le_bytes());
                }
                ValueRef::Text(text) => {
                    bytes.push(3);
                    bytes.extend((text.len() as u64).to_le_bytes());
                    bytes.extend(text);
                }
                other => panic!("{other:?}"),
            }
        }
        Ok(xxhash_rust::xxh3::xxh3_64(&bytes).cast_signed())
    };
    database.create_scalar_function("row_sum", -1, FunctionFlags::SQLITE_UTF8, sum).unwrap();
    let change = format!("UPDATE {table} SET checksum = row_sum({columns})");
    database.execute_batch(&change).unwrap();
}

/// No flow runs in the first conversation any more: it waits for a person.
async fn has_ended(world: &World<SqliteJournal>) {
    let first = attendance(world, "c1").await;
    assert_eq!((first.state, &first.queue), (AttendanceState::Queued, &None));
    assert_eq!(world.journal.flow_session(first.id).await.unwrap(), None);
}

/// What time brings comes to the second conversation, and only to that.
async fn only_the_other_goes_on(mut world: World<SqliteJournal>) {
    assert_eq!(world.pass(DAY).await, 2);
    has_ended(&world).await;
    assert_eq!(world.told().await[4..], ["Still there?"]);
    assert_eq!((world.pass(0).await, world.pass(60).await), (0, 1));
    assert_eq!(attendance(&world, "c2").await.state, AttendanceState::Closed);
    assert_eq!((world.pass(DAY).await, world.journal.flows_due().await.unwrap()), (0, None));
    // What was written comes in, and a new attendance has the flow again.
    world.says("Anybody?").await;
    has_ended(&world).await;
    world.event(text("c3", "new")).await;
    let opened = attendance(&world, "c3").await;
    assert!(world.journal.flow_session(opened.id).await.unwrap().is_some());
}

/// A session's row, one way of damage after another.
const SESSIONS: [&str; 4] = [
    "UPDATE flow_sessions SET state = replace(state, '\"wrong\":0', '\"wrong\":1')",
    "UPDATE flow_sessions SET flow = 'other'",
    "UPDATE flow_sessions SET revision = 7",
    "UPDATE flow_sessions SET due_at_ms = due_at_ms + 1",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_session_ends_when_it_is_due_and_others_go_on() {
    for change in SESSIONS {
        let maker = Sqlite::default();
        let world = damaged(&maker, |database, first| {
            behind_indexes(database, &format!("{change} WHERE attendance = {first}"));
        })
        .await;
        let first = attendance(&world, "c1").await;
        let error = world.journal.flow_session(first.id.clone()).await.unwrap_err();
        assert!(
            matches!(&error, JournalError::Corrupt { table, id }
                if table == "flow_sessions" && *id == first.id),
            "{change}: {error}"
        );
        if change.contains("due_at_ms") {
            // The index is made to fit first.
            assert_eq!(world.pass(DAY).await, 0);
        }
        only_the_other_goes_on(world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_damaged_session_was_to_react_to_is_recorded() {
    for damage in SESSIONS {
        for step in [
            None,
            Some(assign("rui")),
            Some(AttendanceStep::Queue { queue: None }),
            Some(AttendanceStep::Close),
        ] {
            let maker = Sqlite::default();
            let mut world = damaged(&maker, |database, first| {
                behind_indexes(database, &format!("{damage} WHERE attendance = {first}"));
            })
            .await;
            let before = attendance(&world, "c1").await;
            if let Some(step) = step {
                let change = change(&before.id, step);
                let changed = world.journal.change_attendance(change).await.unwrap().attendance;
                assert_eq!(attendance(&world, "c1").await, changed);
            } else {
                world.says("1").await;
            }
            goes_on_without_a_flow(world, &before.id).await;
        }
        let maker = Sqlite::default();
        let world = damaged(&maker, |database, first| {
            behind_indexes(database, &format!("{damage} WHERE attendance = {first}"));
        })
        .await;
        world.journal.submit(submit("c1", "I am Rui")).await.unwrap();
        let answered = attendance(&world, "c1").await;
        assert!(answered.first_answer_at.is_some());
        goes_on_without_a_flow(world, &answered.id).await;
    }
}

async fn goes_on_without_a_flow(world: World<SqliteJournal>, attendance: &str) {
    assert_eq!(world.journal.flow_session(attendance.to_owned()).await.unwrap(), None);
    assert_eq!(world.told().await.len(), 4);
    assert_eq!(world.pass(DAY).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_this_program_cannot_read_ends() {
    let maker = Sqlite::default();
    let world = damaged(&maker, |database, first| {
        let change = "UPDATE flow_sessions SET state = '{\"stage\":\"later\"}'";
        database.execute(&format!("{change} WHERE attendance = ?1"), [first]).unwrap();
        let columns = "attendance, flow, revision, state, due_at_ms";
        fit_checksums(database, "flow_sessions", columns);
    })
    .await;
    only_the_other_goes_on(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_does_not_go_on_in_a_damaged_attendance() {
    let maker = Sqlite::default();
    let world = damaged(&maker, |database, first| {
        let change = "UPDATE attendances SET contact_name = 'Eva' WHERE id = ?1";
        database.execute(change, [first]).unwrap();
    })
    .await;
    assert_eq!((world.pass(DAY).await, world.pass(60).await, world.pass(60).await), (2, 1, 0));
    assert_eq!(world.journal.flows_due().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_damaged_flow_an_attendance_waits_for_a_person() {
    let changes = [
        ("UPDATE flows SET document = replace(document, 'Still', 'STILL')", false),
        ("UPDATE flows SET document = '{}'", true),
    ];
    for (change, fits) in changes {
        let maker = Sqlite::default();
        let mut world = damaged(&maker, |database, _| {
            database.execute_batch(change).unwrap();
            if fits {
                let columns = "id, revision, current, document, created_at, updated_at";
                fit_checksums(database, "flows", columns);
            }
        })
        .await;
        world.says("1").await;
        has_ended(&world).await;
        assert_eq!(world.pass(DAY).await, 1);
        assert_eq!((world.pass(0).await, world.journal.flows_due().await.unwrap()), (0, None));
        world.event(text("c3", "new")).await;
        let opened = attendance(&world, "c3").await;
        assert_eq!(world.journal.flow_session(opened.id).await.unwrap(), None);
        assert_eq!(world.told().await.len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_does_not_fit_is_not_gone_by_again_and_again() {
    let changes = [
        "DELETE FROM flow_sessions WHERE attendance =",
        "UPDATE flow_sessions SET due_at_ms = NULL WHERE attendance =",
    ];
    for change in changes {
        let maker = Sqlite::default();
        let world = damaged(&maker, |database, first| {
            behind_indexes(database, &format!("{change} {first}"));
        })
        .await;
        assert_eq!(world.pass(DAY).await, 0, "{change}");
        assert_eq!(world.pass(0).await, 1, "{change}");
        assert_eq!(world.told().await[4..], ["Still there?"]);
    }
}
