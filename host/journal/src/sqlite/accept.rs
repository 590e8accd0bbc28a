//! Recording what a chat sent.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::mapped::{MappedEvents, Recorded};
use super::readers::storage;
use super::writer::{Fault, Unit};
use crate::{Accept, FailedMapping, JournalError, Mapping, RevisionRef};
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) earlier: Vec<FailedMapping>,
}

/// A request made ready for storing.
pub(super) struct PreparedAccept {
    pub(super) events: MappedEvents,
    meta: String,
    body: String,
    problem: Option<String>,
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
        let meta = Meta {
            method: raw.method,
            path: raw.path,
            query: raw.query,
            headers: raw.headers,
            revision,
            warnings,
            earlier: Vec::new(),
        };
        Ok(Self {
            events: MappedEvents::new(channel, raw.received_at, events, push)?,
            meta: serde_json::to_string(&meta).map_err(storage)?,
            body: raw.body,
            problem: problem
                .map(|problem| serde_json::to_string(&problem))
                .transpose()
                .map_err(storage)?,
        })
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
            accept.events.channel,
            accept.events.received_at,
            accept.meta,
            accept.body,
            accept.problem
        ])?;
    let recorded = accept.events.write(unit, request, None)?;
    Ok((request, recorded))
}
