//! The tables, and how older ones become them.

use fail::fail_point;
use rusqlite::{Connection, OptionalExtension};

use super::{OpenError, sums};
use crate::id::{Clock, Ids};

/// What each version of the schema adds; the version is kept in
/// `PRAGMA user_version`. Never change an entry, add one.
const MIGRATIONS: &[&str] = &[
    "
-- One row. `node` are the last 60 bits of all ULIDs.
CREATE TABLE journal (node INTEGER NOT NULL) STRICT;

-- What chats sent. `meta`: JSON of everything but the body.
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    received_at TEXT NOT NULL,
    meta TEXT NOT NULL,
    body TEXT NOT NULL,
    problem TEXT
) STRICT;
CREATE INDEX requests_unmapped ON requests (id) WHERE problem IS NOT NULL;

-- What they were mapped to. `message`: the older message that it is about.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    occurred_at TEXT,
    received_at TEXT NOT NULL,
    external_id TEXT,
    message INTEGER,
    body TEXT NOT NULL
) STRICT;

-- Messages to chats.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    external_id TEXT,
    state TEXT NOT NULL,
    problem TEXT,
    fingerprint BLOB,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

-- What is the same, by hash, and the event or message that was first.
CREATE TABLE keys (
    key BLOB PRIMARY KEY,
    id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is still to be handed on; the id is that of the event or message.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL,
    done INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    attempt TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_delivery ON attempts (delivery, id);

CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    problem TEXT NOT NULL,
    died_at_ms INTEGER NOT NULL
) STRICT;

-- `sealed`: headers, secrets and ingress key.
CREATE TABLE channels (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    profile TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Channels that were deleted: requests, events, messages and keys stay under
-- their ids, so no other channel may have them.
CREATE TABLE retired_channels (
    id TEXT PRIMARY KEY,
    retired_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE logos (channel TEXT PRIMARY KEY, mime TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;

CREATE TABLE tokens (
    name TEXT PRIMARY KEY,
    hash BLOB NOT NULL,
    role TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
",
    "
-- What serves under an adapter's name, what was to serve, and who did what.
-- `record` and `entry`: JSON. The ids are ULIDs, so they sort by time.
CREATE TABLE adapters (
    name TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deployments (
    id TEXT PRIMARY KEY,
    adapter TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX deployments_adapter ON deployments (adapter, id);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    adapter TEXT NOT NULL,
    entry TEXT NOT NULL
) STRICT;
CREATE INDEX audit_adapter ON audit (adapter, id);
",
    "
-- The newest of a channel, and what a revision could not map.
CREATE INDEX requests_channel ON requests (channel);
CREATE INDEX messages_channel ON messages (channel);
CREATE INDEX requests_failed ON requests
    (json_extract(meta, '$.revision.sha256'), json_extract(meta, '$.revision.adapter'))
    WHERE problem IS NOT NULL;

-- What became of a request, and which conversations went on after it. It grows
-- at its end; one by conversation would grow in the middle, and an event would
-- cost half as much again.
CREATE INDEX events_request ON events (request, channel, conversation);

-- Whether events of younger requests of its conversation were recorded before
-- an event.
ALTER TABLE events ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
",
    "
-- Letters that a person looks after. `revision`: JSON; of a letter the one that
-- failed, of a delivery the one that is to map it. `discarded`: JSON of who gave
-- it up, and why. A letter with a delivery is held: it keeps its lane waiting.
ALTER TABLE dead_letters ADD COLUMN revision TEXT;
ALTER TABLE dead_letters ADD COLUMN discarded TEXT;
ALTER TABLE requests ADD COLUMN discarded TEXT;
ALTER TABLE deliveries ADD COLUMN revision TEXT;
",
    "
-- Which columns the checksums of a table are over; each table has a column
-- `checksum` that is added to it by `sums`.
CREATE TABLE sums (name TEXT PRIMARY KEY, columns TEXT NOT NULL) STRICT, WITHOUT ROWID;
",
    "
-- One row. The newest event that was removed for its age: a cursor before it has
-- missed something.
CREATE TABLE pruned (events INTEGER NOT NULL) STRICT;
INSERT INTO pruned (events) VALUES (0);
",
    "
-- The trace that brought a delivery (W3C Trace Context).
ALTER TABLE deliveries ADD COLUMN traceparent TEXT;
",
    "
-- Who did what, to anything: `entry` is JSON, its id a ULID. Under what an entry
-- is listed stands beside it, since that can be several things.
ALTER TABLE audit RENAME TO audit_of_adapters;
CREATE TABLE audit (id TEXT PRIMARY KEY, entry TEXT NOT NULL) STRICT;
CREATE TABLE audit_subjects (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (kind, subject, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_subjects_entry ON audit_subjects (entry);
INSERT INTO audit SELECT id, json_remove(
    json_set(entry, '$.subject', json_object('kind', 'adapter', 'id', adapter)), '$.adapter')
    FROM audit_of_adapters;
INSERT INTO audit_subjects SELECT 'adapter', adapter, id FROM audit_of_adapters;
INSERT INTO audit_subjects SELECT 'channel', entry ->> 'channel', id FROM audit_of_adapters
    WHERE entry ->> 'channel' IS NOT NULL;
DROP TABLE audit_of_adapters;

ALTER TABLE tokens ADD COLUMN expires_at_ms INTEGER;
ALTER TABLE tokens ADD COLUMN last_used_at_ms INTEGER;

-- Whether the file may still hold secrets that an older program has written
-- unencrypted: a row until it is written anew.
CREATE TABLE unclean (since TEXT NOT NULL) STRICT;
",
    "
-- Destinations that are not spoken to. `channel`: empty for the platform.
-- `pause`: JSON.
CREATE TABLE pauses (channel TEXT PRIMARY KEY, pause TEXT NOT NULL) STRICT, WITHOUT ROWID;
",
    "
-- People who have signed in, by the SHA-256 of what their browsers hold; `token`:
-- that of the token.
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    token BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    last_seen_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
",
    "
-- Whether younger events of its conversation were handed on since an event became a
-- letter.
ALTER TABLE dead_letters ADD COLUMN passed INTEGER NOT NULL DEFAULT 0;
UPDATE dead_letters SET passed = 1 FROM (
    SELECT channel, conversation, max(id) AS newest FROM events
    WHERE conversation <> ''
      AND (channel, conversation) IN
          (SELECT channel, conversation FROM dead_letters WHERE target = 'platform')
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = events.id)
      AND NOT EXISTS (SELECT 1 FROM dead_letters AS other WHERE other.id = events.id)
    GROUP BY channel, conversation
) AS handed_on
WHERE dead_letters.target = 'platform' AND dead_letters.channel = handed_on.channel
  AND dead_letters.conversation = handed_on.conversation
  AND dead_letters.id < handed_on.newest;
CREATE INDEX dead_letters_not_passed ON dead_letters (channel, conversation, id)
    WHERE target = 'platform' AND passed = 0;
",
    "
-- Events that go out again and can still be passed by younger ones of their
-- conversation: the younger may have been under way already.
CREATE TABLE redriven (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL
) STRICT;
CREATE INDEX redriven_conversation ON redriven (channel, conversation, id);
",
    "
-- One row. How far comparing the rows' checksums has come: `state` is JSON.
CREATE TABLE scrub (id INTEGER PRIMARY KEY, state TEXT NOT NULL) STRICT;
",
    "
-- Service sessions. The id is that of the event `attendance.opened`, and holds when
-- that was; `protocol`: the day and the place in it, as one number.
CREATE TABLE attendances (
    id INTEGER PRIMARY KEY,
    protocol INTEGER NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    contact TEXT NOT NULL,
    contact_name TEXT,
    flow TEXT,
    state TEXT NOT NULL,
    queue TEXT,
    agent TEXT,
    answered_at_ms INTEGER,
    closed_at_ms INTEGER,
    changed_by TEXT,
    reason TEXT
) STRICT;
CREATE UNIQUE INDEX attendances_protocol ON attendances (protocol);
CREATE UNIQUE INDEX attendances_open ON attendances (channel, conversation)
    WHERE state <> 'closed';
CREATE INDEX attendances_open_states ON attendances (channel, state) WHERE state <> 'closed';
-- Each also sorts by id.
CREATE INDEX attendances_channel ON attendances (channel);
CREATE INDEX attendances_conversation ON attendances (conversation);
CREATE INDEX attendances_contact ON attendances (contact);
CREATE INDEX attendances_state ON attendances (state);
CREATE INDEX attendances_flow ON attendances (flow) WHERE flow IS NOT NULL;
CREATE INDEX attendances_queue ON attendances (queue) WHERE queue IS NOT NULL;
CREATE INDEX attendances_agent ON attendances (agent) WHERE agent IS NOT NULL;

-- What was counted, which stays when the rows go. `quarter`: of an hour, from the
-- Unix epoch.
CREATE TABLE attendance_counts (
    quarter INTEGER NOT NULL,
    channel TEXT NOT NULL,
    opened INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    first_answer_ms INTEGER NOT NULL,
    PRIMARY KEY (quarter, channel)
) STRICT, WITHOUT ROWID;

-- The attendance that was open in the conversation, and how far it had come.
ALTER TABLE events ADD COLUMN attendance INTEGER;
ALTER TABLE events ADD COLUMN attendance_state TEXT;
ALTER TABLE messages ADD COLUMN attendance INTEGER;
CREATE INDEX events_attendance ON events (attendance) WHERE attendance IS NOT NULL;
CREATE INDEX messages_attendance ON messages (attendance) WHERE attendance IS NOT NULL;
",
    "
-- The open attendances, in the order of an inbox: a row that each message moves, and
-- nothing else does. `last_message`: at first the event that opened it; `unanswered`:
-- the chat was the last to say something; `since`: the message with which that began.
CREATE TABLE inbox (
    attendance INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    agent TEXT,
    unanswered INTEGER NOT NULL,
    last_message INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;
-- Whatever is asked for is in the index, so that only the rows found are read.
CREATE INDEX inbox_order ON inbox (unanswered, last_message, channel, state, agent);
INSERT INTO inbox
    SELECT id, channel, state, agent, told > answered, max(id, told, answered),
           max(id, told, answered)
    FROM (SELECT *,
              coalesce((SELECT max(id) FROM events WHERE attendance = attendances.id
                        AND kind IN ('message.received', 'postback')), 0) AS told,
              coalesce((SELECT max(id) FROM messages WHERE attendance = attendances.id), 0)
                  AS answered
          FROM attendances WHERE state <> 'closed');

-- The words of contacts' names without case and accents, to search by. Names of
-- attendances that opened under an older version are not among them.
CREATE TABLE contact_words (
    word TEXT NOT NULL,
    attendance INTEGER NOT NULL,
    PRIMARY KEY (word, attendance)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_words_attendance ON contact_words (attendance, word);
",
    "
-- Flows. `document`: JSON; `current`: 1 on the revision on which attendances begin. Older
-- ones, and those of deleted flows, stay as long as an attendance is on them.
CREATE TABLE flows (
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    current INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (id, revision)
) STRICT, WITHOUT ROWID;

-- How far a flow has come in an open attendance: `state` is JSON; `due_at_ms`: when time
-- alone brings something.
CREATE TABLE flow_sessions (
    attendance INTEGER PRIMARY KEY,
    flow TEXT NOT NULL,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at_ms INTEGER
) STRICT;
CREATE INDEX flow_sessions_due ON flow_sessions (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX flow_sessions_flow ON flow_sessions (flow, revision);

-- Who sent a message; NULL: the platform.
ALTER TABLE messages ADD COLUMN sent_by TEXT;
",
];

/// Brings the tables to the newest version, lets the connection keep the rows'
/// checksums, and tells where ids go on.
pub(super) fn prepare(conn: &mut Connection) -> Result<(Ids, Clock), OpenError> {
    sums::register(conn)?;
    let tx = conn.transaction()?;
    let found: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = newest();
    if found > known {
        return Err(OpenError::NewerSchema { found, known });
    }
    // What a migration changes in rows has to fit as well.
    sums::keep(&tx)?;
    for migration in MIGRATIONS.iter().skip(found as usize) {
        tx.execute_batch(migration)?;
        fail_point!("journal.migrating");
    }
    if found < known {
        sums::bring_up(&tx)?;
        tx.pragma_update(None, "user_version", known)?;
    }
    sums::keep(&tx)?;
    sums::create_views(&tx)?;
    let node = tx.query_row("SELECT node FROM sound_journal", [], |row| row.get(0)).optional()?;
    let node = match node {
        Some(node) => node,
        None => {
            let node = Ids::random_node();
            tx.execute("INSERT INTO journal (node) VALUES (?1)", [node])?;
            node
        }
    };
    let newest = tx.query_row(
        "SELECT max(
            coalesce((SELECT max(id) FROM requests), 0),
            coalesce((SELECT max(id) FROM events), 0),
            coalesce((SELECT max(id) FROM messages), 0))",
        [],
        |row| row.get(0),
    )?;
    tx.commit()?;
    Ok((Ids::new(node), Clock::after(newest)))
}

/// Makes the tables of an older version, without checksums.
#[cfg(feature = "older-journals")]
pub(super) fn prepare_older(conn: &mut Connection, version: u32) -> Result<(), OpenError> {
    sums::register(conn)?;
    let tx = conn.transaction()?;
    for migration in MIGRATIONS.iter().take(version as usize) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "user_version", version)?;
    Ok(tx.commit()?)
}

/// The newest version.
pub(super) fn newest() -> u32 {
    MIGRATIONS.len() as u32
}

/// In what the tables and indexes differ from those that the migrations make; none
/// are looked for in a database of an older version.
pub(super) fn differences(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let version: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version as usize != MIGRATIONS.len() {
        return Ok(Vec::new());
    }
    let model = Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        model.execute_batch(migration)?;
    }
    for table in sums::tables(&model)? {
        table.add_checksum(&model)?;
    }
    let found = names(conn)?;
    let missing = names(&model)?.into_iter().filter(|name| !found.contains(name));
    Ok(missing.map(|name| format!("{name} is missing")).collect())
}

/// Tables, indexes and columns, with all that makes a difference.
fn names(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    conn.prepare(
        "SELECT format('%s %s on %s %s', type, name, tbl_name, iif(type = 'index', sql, ''))
         FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         UNION ALL
         SELECT format('column %s.%s %s %s %s %s %s', list.name, info.name, info.type,
                       info.\"notnull\", info.pk, list.wr, info.dflt_value)
         FROM pragma_table_list AS list, pragma_table_info(list.name, 'main') AS info
         WHERE list.schema = 'main'",
    )?
    .query_map([], |row| row.get(0))?
    .collect()
}

#[cfg(test)]
#[path = "schema_test.rs"]
mod tests;
