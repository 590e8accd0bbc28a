//! A journal as an older program has left it, made by the migrations of its time: what
//! upgrades are tried on.

use std::path::Path;

use eclusa_model::Event;
use rusqlite::{Connection, Transaction, params};

use super::open::{DATABASE, OpenError, configure, lock};
use super::{private, schema, sums};
use crate::event::PreparedEvent;
use crate::id::{Clock, Ids};
use crate::key;

/// The version of the schema that this program makes.
pub fn schema_version() -> u32 {
    schema::newest()
}

/// Makes a journal in a folder that has none, with the tables of an older version, and
/// records events of a channel in it, each with a request of its own and to be pushed.
/// `received_at` is RFC 3339. For tests of upgrades.
///
/// # Errors
/// Where the folder cannot be written or has a journal.
pub fn make_older_journal(
    folder: &Path,
    version: u32,
    channel: &str,
    received_at: &str,
    events: Vec<Event>,
) -> Result<(), OpenError> {
    let failed = |error| OpenError::Folder { folder: folder.to_owned(), error };
    let _lock = lock(folder)?;
    let file = folder.join(DATABASE);
    private::new_file(&file).map_err(failed)?;
    let mut conn = Connection::open(&file)?;
    configure(&conn)?;
    schema::prepare_older(&mut conn, version)?;
    let tx = conn.transaction()?;
    tx.execute("INSERT INTO journal (node) VALUES (?1)", [Ids::random_node()])?;
    let mut clock = Clock::after(0);
    for event in events {
        let event = PreparedEvent::new(channel, received_at, event)
            .map_err(|error| failed(error.into()))?;
        write(&tx, &mut clock, (channel, received_at), &event)?;
    }
    // As far as its program kept them.
    if tx.table_exists(None, "sums")? {
        sums::bring_up(&tx)?;
    }
    tx.commit()?;
    Ok(())
}

/// What the first version recorded of a request, of which all later ones keep the
/// columns.
fn write(
    tx: &Transaction<'_>,
    clock: &mut Clock,
    (channel, received_at): (&str, &str),
    event: &PreparedEvent,
) -> rusqlite::Result<()> {
    const META: &str = r#"{"method":"POST","path":"","query":[],"headers":[],
                           "revision":null,"warnings":[]}"#;
    let now_ms = crate::unix_ms(received_at).unwrap_or_default();
    let (request, id) = (clock.next(now_ms), clock.next(now_ms));
    tx.prepare_cached(
        "INSERT INTO requests (id, channel, received_at, meta, body) VALUES (?1, ?2, ?3, ?4, '{}')",
    )?
    .execute(params![request, channel, received_at, META])?;
    let conversation_key = key::conversation(channel, &event.conversation);
    for key in event.dedupe.iter().chain([&conversation_key]) {
        tx.prepare_cached("INSERT OR IGNORE INTO keys (key, id) VALUES (?1, ?2)")?
            .execute(params![key, id])?;
    }
    tx.prepare_cached(
        "INSERT INTO events (id, request, kind, channel, conversation, occurred_at, received_at,
                             external_id, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        id,
        request,
        event.kind.as_str(),
        channel,
        event.conversation,
        event.occurred_at,
        received_at,
        event.external_id,
        event.body
    ])?;
    tx.prepare_cached(
        "INSERT INTO deliveries (id, target, channel, conversation, attempts, due_at_ms)
         VALUES (?1, 'platform', ?2, ?3, 0, ?4)",
    )?
    .execute(params![id, channel, event.conversation, now_ms])?;
    Ok(())
}
