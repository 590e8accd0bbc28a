//! Recording what a chat sent.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::keys;
use super::readers::storage;
use super::writer::{Fault, Unit};
use super::{deliveries, messages};
use crate::event::{PreparedEvent, StatusNews, Subject};
use crate::{Accept, JournalError, Lane, Mapping, RevisionRef, Target};
use eclusa_model::Warning;

/// All of a request but its body, as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) revision: Option<RevisionRef>,
    pub(super) warnings: Vec<Warning>,
}

/// A request made ready for storing.
pub(super) struct PreparedAccept {
    channel: String,
    received_at: String,
    meta: String,
    body: String,
    problem: Option<String>,
    events: Vec<PreparedEvent>,
    push: bool,
}

/// What became of an event, by numbers.
pub(super) struct Recorded {
    pub(super) id: i64,
    pub(super) duplicate: bool,
}

impl PreparedAccept {
    pub(super) fn new(accept: Accept) -> Result<Self, JournalError> {
        let Accept { channel, raw, mapping, push } = accept;
        let (revision, events, warnings, problem) = match mapping {
            Mapping::Mapped { revision, events, warnings } => {
                (Some(revision), events, warnings, None)
            }
            Mapping::Unmapped { revision, problem } => {
                (revision, Vec::new(), Vec::new(), Some(problem))
            }
        };
        let events = events
            .into_iter()
            .map(|event| PreparedEvent::new(&channel, &raw.received_at, event))
            .collect::<Result<_, _>>()
            .map_err(storage)?;
        let meta = Meta {
            method: raw.method,
            path: raw.path,
            query: raw.query,
            headers: raw.headers,
            revision,
            warnings,
        };
        Ok(Self {
            channel,
            received_at: raw.received_at,
            meta: serde_json::to_string(&meta).map_err(storage)?,
            body: raw.body,
            problem: problem
                .map(|problem| serde_json::to_string(&problem))
                .transpose()
                .map_err(storage)?,
            events,
            push,
        })
    }

    /// The chat's ids of received messages, event by event.
    pub(super) fn external_ids(&self) -> Vec<Option<String>> {
        let received = |event: &PreparedEvent| {
            (event.kind == crate::event::Kind::Received).then(|| event.external_id.clone())
        };
        self.events.iter().map(|event| received(event).flatten()).collect()
    }
}

/// Writes a request with its events; the request's id comes first.
pub(super) fn write(
    unit: &mut Unit<'_>,
    accept: &PreparedAccept,
) -> Result<(i64, Vec<Recorded>), Fault> {
    let request = unit.next_id();
    unit.conn
        .prepare_cached(
            "INSERT INTO requests (id, channel, received_at, meta, body, problem)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            request,
            accept.channel,
            accept.received_at,
            accept.meta,
            accept.body,
            accept.problem
        ])?;
    let mut recorded = Vec::with_capacity(accept.events.len());
    for event in &accept.events {
        recorded.push(write_event(unit, accept, request, event)?);
    }
    Ok((request, recorded))
}

fn write_event(
    unit: &mut Unit<'_>,
    accept: &PreparedAccept,
    request: i64,
    event: &PreparedEvent,
) -> Result<Recorded, Fault> {
    let id = unit.next_id();
    if let Some(key) = &event.dedupe
        && let Some(first) = keys::claim(unit.conn, key, id)?
    {
        return Ok(Recorded { id: first, duplicate: true });
    }
    if let Some(key) = &event.conversation_key {
        keys::claim(unit.conn, key, id)?;
    }
    let about = match &event.subject {
        Subject::None => None,
        Subject::Message { inbound, outbound } => match keys::get(unit.conn, inbound)? {
            Some(message) => Some((message, None)),
            None => keys::get(unit.conn, outbound)?.map(|message| (message, None)),
        },
        Subject::Status(news) => apply_status(unit, id, news)?,
    };
    let (message, found) = about.unzip();
    let conversation = match found.flatten() {
        Some(conversation) if event.conversation.is_empty() => conversation,
        _ => event.conversation.clone(),
    };
    unit.conn
        .prepare_cached(
            "INSERT INTO events (id, request, kind, channel, conversation, occurred_at,
                                 received_at, external_id, message, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            id,
            request,
            event.kind.as_str(),
            accept.channel,
            conversation,
            event.occurred_at,
            accept.received_at,
            event.external_id,
            message,
            event.body
        ])?;
    unit.newest_event = Some(id);
    if accept.push {
        let channel = accept.channel.clone();
        deliveries::add(unit, id, Lane { target: Target::Platform, channel, conversation })?;
    }
    Ok(Recorded { id, duplicate: false })
}

/// Moves the message that a status tells of; returns it and its conversation.
fn apply_status(
    unit: &Unit<'_>,
    event: i64,
    news: &StatusNews,
) -> Result<Option<(i64, Option<String>)>, Fault> {
    let exact = match &news.exact {
        Some(key) => keys::get(unit.conn, key)?,
        None => None,
    };
    let message = match exact {
        Some(message) => Some(message),
        None => keys::get(unit.conn, &news.anywhere)?,
    };
    let Some(message) = message else {
        // It may have overtaken the answer that tells the message's external id.
        keys::claim(unit.conn, &news.early, event)?;
        return Ok(None);
    };
    messages::advance(unit, message, news.state.into(), news.problem.as_ref())?;
    let conversation = unit
        .conn
        .prepare_cached("SELECT conversation FROM messages WHERE id = ?1")?
        .query_row([message], |row| row.get(0))
        .optional()?;
    Ok(Some((message, conversation)))
}
