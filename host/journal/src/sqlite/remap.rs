//! Mapping again what could not be mapped.

use eclusa_model::Problem;
use rusqlite::{Connection, OptionalExtension, params};

use super::accept::{Meta, PreparedMeta};
use super::audit;
use super::late::Lateness;
use super::mapped::MappedEvents;
use super::readers::storage;
use super::text::Text;
use super::writer::{Fault, Unit};
use crate::event::Recorded;
use crate::registry::AuditEntry;
use crate::{FailedMapping, JournalError, Remap};

/// A remap made ready for storing.
pub(super) struct PreparedRemap {
    request: i64,
    /// For the error, as it was given.
    id: String,
    meta: PreparedMeta,
    pub(super) events: MappedEvents,
    lateness: Lateness,
    audit: Option<AuditEntry>,
}

impl PreparedRemap {
    /// Makes what has become of request number `request` ready.
    pub(super) fn new(conn: &Connection, request: i64, remap: Remap) -> Result<Self, JournalError> {
        let Remap { request: id, revision, events, warnings, push, audit } = remap;
        let found = conn
            .prepare_cached(
                "SELECT channel, received_at, meta, problem FROM requests
                 WHERE id = ?1 AND problem IS NOT NULL AND discarded IS NULL",
            )
            .and_then(|mut statement| {
                let columns = |row: &rusqlite::Row<'_>| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                };
                statement.query_row([request], columns).optional()
            })
            .map_err(storage)?;
        let Some((channel, received_at, Text(mut meta), Text(problem))): Option<(
            String,
            String,
            Text<Meta>,
            _,
        )> = found
        else {
            return Err(JournalError::NotUnmapped { id });
        };
        let failed = meta.revision.replace(revision);
        meta.earlier.push(FailedMapping { revision: failed, problem });
        meta.warnings = warnings;
        let meta = PreparedMeta::new(meta)?;
        let events = MappedEvents::new(channel, received_at, events, push, None)?;
        let lateness = events
            .conversations(conn)
            .and_then(|names| Lateness::seen(conn, request, &events.channel, &names))
            .map_err(storage)?;
        Ok(Self { request, id, meta, events, lateness, audit })
    }

    /// Writes it, unless another one was there first.
    pub(super) fn write(&self, unit: &mut Unit<'_>) -> Result<Vec<Recorded>, Fault> {
        let echoes = self.events.echoes(unit.conn)?;
        let meta = self.meta.with(self.events.warnings(&echoes))?;
        let changed = unit
            .conn
            .prepare_cached(
                "UPDATE requests SET meta = ?2, problem = NULL
                 WHERE id = ?1 AND problem IS NOT NULL AND discarded IS NULL",
            )?
            .execute(params![self.request, meta])?;
        if changed == 0 {
            return Err(Fault::Refused(JournalError::NotUnmapped { id: self.id.clone() }));
        }
        if let Some(audit) = &self.audit {
            audit::write(unit.conn, audit)?;
        }
        self.events.write(unit, self.request, &echoes, Some(&self.lateness))
    }
}

/// Records why a request stays unmapped; see
/// [`Traffic::stays_unmapped`](crate::Traffic::stays_unmapped).
pub(super) fn stays(unit: &mut Unit<'_>, request: i64, problem: &Problem) -> Result<(), Fault> {
    let found = unit
        .conn
        .prepare_cached(
            "SELECT meta, problem FROM sound_requests
             WHERE id = ?1 AND problem IS NOT NULL AND discarded IS NULL",
        )?
        .query_row([request], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((Text(mut meta), Text(before))): Option<(Text<Meta>, Text<Problem>)> = found else {
        return Ok(());
    };
    if before.code == problem.code {
        return Ok(());
    }
    meta.earlier.push(FailedMapping { revision: meta.revision.clone(), problem: before });
    unit.conn
        .prepare_cached("UPDATE requests SET meta = ?2, problem = ?3 WHERE id = ?1")?
        .execute(params![request, Text(&meta), Text(problem)])?;
    Ok(())
}
