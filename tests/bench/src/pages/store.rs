//! A store of many attendances, written by SQL beside the server: the rows are those
//! that it writes itself, copied from its own, with checksums of their own.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use xxhash_rust::xxh3::Xxh3;

/// How many attendances, one every 15 seconds up to now; and how many messages each
/// way in each.
const ATTENDANCES: i64 = 500_000;
const EACH_WAY: i64 = 5;

/// What was written.
pub(super) struct Store {
    pub(super) attendances: i64,
    pub(super) messages: i64,
    pub(super) bytes: u64,
    /// The protocol number of an open attendance.
    pub(super) open: String,
}

/// The numbers that others are made from. `at`: when it opened, in milliseconds; the
/// newest 2,000 are open. A number of the journal is its time and 20 bits more.
const NUMBERS: &str = "
    CREATE TEMP TABLE made AS
    WITH RECURSIVE numbers (number) AS (
        SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < ?1
    )
    SELECT number, ?2 - (?1 - number) * 15000 AS at, (?2 - (?1 - number) * 15000) << 20 AS id,
           'c-' || (number % 8) AS channel, 'v-' || (number % 100003) AS conversation,
           number % 100003 AS person,
           CASE WHEN number < ?1 - 2000 THEN 'closed'
                ELSE CASE number % 3 WHEN 0 THEN 'queued' WHEN 1 THEN 'assigned' ELSE 'transferred' END
           END AS state
    FROM numbers";

const ATTENDANCE_ROWS: &str = "
    INSERT INTO attendances (id, protocol, channel, conversation, contact, contact_name, flow,
                             state, queue, agent, answered_at_ms, closed_at_ms, changed_by, reason,
                             checksum)
    SELECT *, row_sum(id, protocol, channel, conversation, contact, contact_name, flow, state,
                      queue, agent, answered, closed, changed_by, reason)
    FROM (SELECT id,
              strftime('%Y%m%d', at / 1000, 'unixepoch') * 1000000000 + number + 1 AS protocol,
              channel, conversation, 'u-' || person AS contact,
              'Ana Silva ' || person AS contact_name, 'flow-' || (number % 4) AS flow, state,
              'queue-' || (number % 6) AS queue,
              iif(state = 'queued', NULL, 'agent-' || (number % 40)) AS agent,
              at + 90000 AS answered, iif(state = 'closed', at + 600000, NULL) AS closed,
              iif(state = 'queued', NULL, 'platform') AS changed_by,
              iif(state = 'closed', 'done', NULL) AS reason
          FROM made)";

/// The `?1`th message of each attendance.
const EVENT_ROWS: &str = "
    INSERT INTO events (id, request, kind, channel, conversation, received_at, body, attendance,
                        attendance_state, checksum)
    SELECT *, row_sum(id, request, kind, channel, conversation, NULL, received_at, NULL, NULL, body,
                      0, attendance, state)
    FROM (SELECT made.id + ((?1 * 20000) << 20) + 1 + ?1 AS id, first.request, first.kind,
              made.channel, made.conversation, first.received_at, first.body,
              made.id AS attendance, 'queued' AS state
          FROM made, (SELECT request, kind, received_at, body FROM events
                      WHERE kind = 'message.received' ORDER BY events.id DESC LIMIT 1) AS first)";

const MESSAGE_ROWS: &str = "
    INSERT INTO messages (id, channel, conversation, state, body, created_at, updated_at_ms,
                          attendance, checksum)
    SELECT *, row_sum(id, channel, conversation, NULL, state, NULL, NULL, body, created_at,
                      updated_at_ms, attendance, NULL)
    FROM (SELECT made.id + ((?1 * 20000 + 90000) << 20) + 10 + ?1 AS id, made.channel,
              made.conversation, 'read' AS state, first.body, first.created_at,
              made.at + 90000 AS updated_at_ms, made.id AS attendance
          FROM made, (SELECT body, created_at FROM messages ORDER BY id DESC LIMIT 1) AS first)";

const COUNT_ROWS: &str = "
    INSERT OR REPLACE INTO attendance_counts
        (quarter, channel, opened, answered, closed, first_answer_ms, checksum)
    SELECT *, row_sum(quarter, channel, opened, answered, closed, waited)
    FROM (SELECT quarter, channel, sum(opened) AS opened, sum(answered) AS answered,
              sum(closed) AS closed, sum(waited) AS waited
          FROM (SELECT (id >> 20) / 900000 AS quarter, channel, 1 AS opened, 0 AS answered,
                       0 AS closed, 0 AS waited FROM attendances
                UNION ALL
                SELECT answered_at_ms / 900000, channel, 0, 1, 0, answered_at_ms - (id >> 20)
                FROM attendances WHERE answered_at_ms IS NOT NULL
                UNION ALL
                SELECT closed_at_ms / 900000, channel, 0, 0, 1, 0
                FROM attendances WHERE closed_at_ms IS NOT NULL)
          GROUP BY quarter, channel)";

const INBOX_ROWS: &str = "
    INSERT INTO inbox (attendance, channel, state, agent, unanswered, last_message, since, checksum)
    SELECT *, row_sum(attendance, channel, state, agent, unanswered, last, since)
    FROM (SELECT made.id AS attendance, channel, state,
              iif(state = 'queued', NULL, 'agent-' || (number % 40)) AS agent,
              number % 2 AS unanswered,
              iif(number % 2, made.id + ((4 * 20000) << 20) + 5,
                  made.id + ((4 * 20000 + 90000) << 20) + 14) AS last,
              made.id AS since
          FROM made WHERE state <> 'closed')";

const WORD_ROWS: &str = "
    INSERT INTO contact_words (word, attendance, checksum)
    SELECT word, id, row_sum(word, id)
    FROM (SELECT 'ana' AS word, id FROM made UNION ALL SELECT 'silva', id FROM made
          UNION ALL SELECT CAST(person AS TEXT), id FROM made)
    ORDER BY word, id";

/// Fills the database of a server that has stopped.
pub(super) fn fill(database: &Path) -> anyhow::Result<Store> {
    let conn = Connection::open(database)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("row_sum", -1, flags, |row| {
        Ok(sum((0..row.len()).map(|at| row.get_raw(at))))
    })?;
    conn.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         PRAGMA cache_size = -262144; BEGIN",
    )?;
    // The newest was ten minutes ago, so that nothing stands in the future.
    let newest: i64 = conn.query_row(
        "SELECT max(id) >> 20 FROM (SELECT id FROM events UNION ALL SELECT id FROM messages)",
        [],
        |row| row.get(0),
    )?;
    conn.execute(NUMBERS, (ATTENDANCES - 1, newest - 600_000))?;
    conn.execute(ATTENDANCE_ROWS, [])?;
    for number in 0..EACH_WAY {
        conn.execute(EVENT_ROWS, [number])?;
        conn.execute(MESSAGE_ROWS, [number])?;
    }
    conn.execute(COUNT_ROWS, [])?;
    conn.execute(INBOX_ROWS, [])?;
    conn.execute(WORD_ROWS, [])?;
    conn.execute_batch("COMMIT; PRAGMA journal_mode = WAL")?;
    let count = |query| conn.query_row(query, [], |row| row.get::<_, i64>(0));
    Ok(Store {
        attendances: count("SELECT count(*) FROM attendances")?,
        messages: count(
            "SELECT (SELECT count(*) FROM messages)
                  + (SELECT count(*) FROM events WHERE kind = 'message.received')",
        )?,
        bytes: std::fs::metadata(database)?.len(),
        open: {
            let newest = count("SELECT max(protocol) FROM attendances WHERE state = 'assigned'")?;
            format!("{}-{:06}", newest / 1_000_000_000, newest % 1_000_000_000)
        },
    })
}

/// The checksum of a row, as the journal computes it. Where this is another one, no
/// page can be read and nothing is measured.
fn sum<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> i64 {
    let mut sum = Xxh3::new();
    for value in values {
        let (kind, bytes): (u8, &[u8]) = match value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(number) => {
                sum.update(&[1]);
                sum.update(&number.to_le_bytes());
                continue;
            }
            ValueRef::Real(number) => {
                sum.update(&[2]);
                sum.update(&number.to_bits().to_le_bytes());
                continue;
            }
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        sum.update(&[kind]);
        sum.update(&(bytes.len() as u64).to_le_bytes());
        sum.update(bytes);
    }
    sum.digest().cast_signed()
}
