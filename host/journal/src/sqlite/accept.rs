//! Recording what a chat sent.

use std::borrow::Cow;

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::mapped::MappedEvents;
use super::readers::storage;
use super::writer::{Fault, Unit};
use crate::event::Recorded;
use crate::{Accept, FailedMapping, JournalError, Mapping, RevisionRef};
use eclusa_model::Warning;

/// All of a request but its body, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) verified_by: Option<String>,
    pub(super) revision: Option<RevisionRef>,
    pub(super) warnings: Vec<Warning>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) earlier: Vec<FailedMapping>,
}

/// The same made ready for storing, which it nearly always stays.
pub(super) struct PreparedMeta {
    meta: Meta,
    json: String,
}

impl PreparedMeta {
    pub(super) fn new(meta: Meta) -> Result<Self, JournalError> {
        let json = serde_json::to_string(&meta).map_err(storage)?;
        Ok(Self { meta, json })
    }

    /// With what turned out while it was written.
    pub(super) fn with(&self, warnings: Vec<Warning>) -> Result<Cow<'_, str>, Fault> {
        if warnings.is_empty() {
            return Ok(Cow::Borrowed(&self.json));
        }
        let mut meta = self.meta.clone();
        meta.warnings.extend(warnings);
        let json = serde_json::to_string(&meta);
        json.map(Cow::Owned).map_err(|error| Fault::Refused(storage(error)))
    }
}

/// A request made ready for storing.
pub(super) struct PreparedAccept {
    pub(super) events: MappedEvents,
    meta: PreparedMeta,
    body: String,
    problem: Option<String>,
}

impl PreparedAccept {
    pub(super) fn new(accept: Accept) -> Result<Self, JournalError> {
        let Accept { channel, raw, mapping, verified_by, push, traceparent } = accept;
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
            verified_by,
            revision,
            warnings,
            earlier: Vec::new(),
        };
        Ok(Self {
            events: MappedEvents::new(channel, raw.received_at, events, push, traceparent)?,
            meta: PreparedMeta::new(meta)?,
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
    let echoes = accept.events.echoes(unit.conn)?;
    let meta = accept.meta.with(accept.events.warnings(&echoes))?;
    unit.conn
        .prepare_cached(
            "INSERT INTO requests (id, channel, received_at, meta, body, problem, checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, row_sum(?1, ?2, ?3, ?4, ?5, ?6, NULL))",
        )?
        .execute(params![
            request,
            accept.events.channel,
            accept.events.received_at,
            meta,
            accept.body,
            accept.problem
        ])?;
    let recorded = accept.events.write(unit, request, &echoes, None)?;
    Ok((request, recorded))
}
