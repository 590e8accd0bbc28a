//! Recording the events that a request was mapped to.

use std::collections::HashSet;

use eclusa_model::{Event, Warning};
use rusqlite::{Connection, OptionalExtension, params};

use super::attendances::Place;
use super::flows::{self, Wire};
use super::late::Lateness;
use super::readers::storage;
use super::text::Text;
use super::writer::{Fault, Unit};
use super::{attendances, deliveries, keys, messages, passed};
use crate::event::{Kind, Novelty, PreparedEvent, Recorded, StatusNews, Subject, echo_warning};
use crate::id::Ids;
use crate::{Accepted, JournalError, Lane, Target};

/// A request's events made ready for storing.
pub(super) struct MappedEvents {
    pub(super) channel: String,
    pub(super) received_at: String,
    events: Vec<PreparedEvent>,
    push: bool,
    traceparent: Option<String>,
}

impl MappedEvents {
    pub(super) fn new(
        channel: String,
        received_at: String,
        events: Vec<Event>,
        push: bool,
        traceparent: Option<String>,
    ) -> Result<Self, JournalError> {
        let events = events
            .into_iter()
            .map(|event| PreparedEvent::new(&channel, &received_at, event))
            .collect::<Result<_, _>>()
            .map_err(storage)?;
        Ok(Self { channel, received_at, events, push, traceparent })
    }

    /// The chat's ids of received messages, event by event.
    pub(super) fn external_ids(&self) -> Vec<Option<String>> {
        let received = |event: &PreparedEvent| {
            (event.kind == Kind::Received).then(|| event.external_id.clone())
        };
        self.events.iter().map(|event| received(event).flatten()).collect()
    }

    /// The conversations that the events belong to, as far as is known now.
    pub(super) fn conversations(&self, conn: &Connection) -> rusqlite::Result<HashSet<String>> {
        let mut conversations = HashSet::new();
        for event in &self.events {
            match &event.subject {
                Subject::Status(news) if event.conversation.is_empty() => {
                    if let Some(message) = message_of(conn, news)? {
                        conversations.extend(conversation_of(conn, message)?);
                    }
                }
                _ => {
                    conversations.insert(event.conversation.clone());
                }
            }
        }
        conversations.remove("");
        Ok(conversations)
    }

    /// Which events are echoes.
    pub(super) fn echoes(&self, conn: &Connection) -> rusqlite::Result<Echoes> {
        let echo = |event: &PreparedEvent| match &event.echo_of {
            Some(key) => keys::get(conn, key),
            None => Ok(None),
        };
        self.events.iter().map(echo).collect::<rusqlite::Result<_>>().map(Echoes)
    }

    /// What the record of the request says of them.
    pub(super) fn warnings(&self, Echoes(echoes): &Echoes) -> Vec<Warning> {
        let pairs = self.events.iter().zip(echoes);
        pairs.filter(|(_, echo)| echo.is_some()).map(|(event, _)| echo_warning(event)).collect()
    }

    /// Writes the events of a request; `lateness` where it is not the newest.
    pub(super) fn write(
        &self,
        unit: &mut Unit<'_>,
        request: i64,
        Echoes(echoes): &Echoes,
        lateness: Option<&Lateness>,
    ) -> Result<Vec<Recorded>, Fault> {
        let write = |(event, echo): (&PreparedEvent, &Option<i64>)| match *echo {
            Some(id) => Ok(Recorded { id, novelty: Novelty::Echo }),
            None => self.write_event(unit, request, event, lateness),
        };
        self.events.iter().zip(echoes).map(write).collect()
    }

    fn write_event(
        &self,
        unit: &mut Unit<'_>,
        request: i64,
        event: &PreparedEvent,
        lateness: Option<&Lateness>,
    ) -> Result<Recorded, Fault> {
        // What it may open comes before it.
        let opens = event.contact.as_ref().map(|contact| (unit.next_id(), contact));
        let id = unit.next_id();
        if let Some(key) = &event.dedupe
            && let Some(first) = keys::claim(unit.conn, key, id)?
        {
            return Ok(Recorded { id: first, novelty: Novelty::Duplicate });
        }
        if let Some(key) = &event.conversation_key {
            keys::keep(unit.conn, key, id)?;
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
        let at = Place { channel: &self.channel, conversation: &conversation };
        let (mut opened, mut has_flow) = (None, false);
        let attendance = match attendances::open_in(unit.conn, at)? {
            Some(open) => {
                has_flow = open.has_flow;
                Some((open.id, open.state))
            }
            None => match opens {
                Some((attendance, contact)) if !conversation.is_empty() => {
                    let record = attendances::open(unit, attendance, at, contact)?;
                    self.hand_on(unit, attendance, &conversation)?;
                    let belongs_to = (record.id, record.state);
                    opened = Some(record);
                    Some(belongs_to)
                }
                _ => None,
            },
        };
        let late = match lateness {
            Some(lateness) => lateness.is_late(unit.conn, &conversation)?,
            None => false,
        };
        unit.conn
            .prepare_cached(
                "INSERT INTO events (id, request, kind, channel, conversation, occurred_at,
                                     received_at, external_id, message, body, late, attendance,
                                     attendance_state, checksum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                         row_sum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13))",
            )?
            .execute(params![
                id,
                request,
                event.kind.as_str(),
                self.channel,
                conversation,
                event.occurred_at,
                self.received_at,
                event.external_id,
                message,
                event.body,
                late,
                attendance.map(|(id, _)| id),
                attendance.map(|(_, state)| Text(state)),
            ])?;
        unit.newest_event = Some(id);
        if let Some((attendance, _)) = attendance {
            match event.contact {
                Some(_) => attendances::inbox::told(unit, attendance, id)?,
                None => unit.inbox_changed.set(true),
            }
        }
        self.hand_on(unit, id, &conversation)?;
        let wire = Wire { push: self.push, traceparent: self.traceparent.as_deref() };
        match (opened, attendance, &event.input) {
            (Some(mut opened), ..) => flows::begin(unit, &mut opened, wire)?,
            (None, Some((attendance, _)), Some(input)) if has_flow => {
                flows::react(unit, attendance, input, wire)?;
            }
            _ => {}
        }
        Ok(Recorded { id, novelty: Novelty::New })
    }

    fn hand_on(&self, unit: &mut Unit<'_>, event: i64, conversation: &str) -> Result<(), Fault> {
        let lane = platform_lane(&self.channel, conversation);
        hand_on(unit, event, lane, self.push, self.traceparent.as_deref())
    }
}

/// The lane of a conversation's events.
pub(super) fn platform_lane(channel: &str, conversation: &str) -> Lane {
    let (channel, conversation) = (channel.to_owned(), conversation.to_owned());
    Lane { target: Target::Platform, channel, conversation }
}

/// Records what is to become of an event: it is pushed, or waits for nobody.
pub(super) fn hand_on(
    unit: &mut Unit<'_>,
    event: i64,
    lane: Lane,
    push: bool,
    traceparent: Option<&str>,
) -> Result<(), Fault> {
    if push {
        deliveries::add(unit, event, lane, traceparent)?;
    } else {
        passed::note(unit.conn, &lane.channel, &lane.conversation, event)?;
    }
    Ok(())
}

/// The messages to the chat that events are echoes of, event by event.
pub(super) struct Echoes(Vec<Option<i64>>);

/// What became of a request, for who asked.
pub(super) fn accepted(
    ids: Ids,
    request: i64,
    recorded: Vec<Recorded>,
    external_ids: Vec<Option<String>>,
) -> Accepted {
    let events = recorded.into_iter().zip(external_ids);
    let events = events.map(|(event, external_id)| event.told(ids, external_id));
    Accepted { request_id: ids.text(request), events: events.collect() }
}

/// Moves the message that a status tells of; returns it and its conversation.
fn apply_status(
    unit: &Unit<'_>,
    event: i64,
    news: &StatusNews,
) -> Result<Option<(i64, Option<String>)>, Fault> {
    let Some(message) = message_of(unit.conn, news)? else {
        // It may have overtaken the answer that tells the message's external id.
        keys::keep(unit.conn, &news.early, event)?;
        return Ok(None);
    };
    messages::advance(unit, message, news.state.into(), news.problem.as_ref())?;
    Ok(Some((message, conversation_of(unit.conn, message)?)))
}

/// The message that a status tells of.
fn message_of(conn: &Connection, news: &StatusNews) -> rusqlite::Result<Option<i64>> {
    let exact = match &news.exact {
        Some(key) => keys::get(conn, key)?,
        None => None,
    };
    match exact {
        Some(message) => Ok(Some(message)),
        None => keys::get(conn, &news.anywhere),
    }
}

fn conversation_of(conn: &Connection, message: i64) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT conversation FROM sound_messages WHERE id = ?1")?
        .query_row([message], |row| row.get(0))
        .optional()
}
