//! A flow that can run.

use chrono_tz::Tz;

use crate::document::{Hours, Span};
use crate::schedule::{self, Minutes, Schedule};
use crate::{Findings, FlowDocument, check};

/// A flow in which [`check`] found no error, made ready to run.
#[derive(Debug, Clone)]
pub struct Flow {
    document: FlowDocument,
    schedule: Option<Schedule>,
}

impl Flow {
    /// Checks a document.
    ///
    /// # Errors
    /// All that was found, where an error is among it.
    pub fn new(document: FlowDocument) -> Result<Self, Findings> {
        let findings = check(&document);
        if !findings.errors.is_empty() {
            return Err(findings);
        }
        let schedule = document.hours.as_ref().and_then(schedule_of);
        Ok(Self { document, schedule })
    }

    /// What it says.
    pub fn document(&self) -> &FlowDocument {
        &self.document
    }

    /// Whether people are there at a time in Unix milliseconds; always where it has no
    /// opening times.
    pub fn is_open(&self, at_ms: i64) -> bool {
        self.schedule.as_ref().is_none_or(|schedule| schedule.is_open(at_ms))
    }
}

/// `None` where anything is wrong in it, which [`check`] has told.
fn schedule_of(hours: &Hours) -> Option<Schedule> {
    let zone: Tz = hours.time_zone.parse().ok()?;
    let spans = |spans: &[Span]| -> Option<Vec<Minutes>> {
        spans.iter().map(|span| schedule::span(&span.from, &span.to)).collect()
    };
    let mut week = <[Vec<Minutes>; 7]>::default();
    for (day, (_, given)) in week.iter_mut().zip(hours.weekly.days()) {
        *day = spans(given)?;
    }
    let holidays = hours.holidays.iter();
    let holidays = holidays
        .map(|holiday| Some((schedule::holiday(&holiday.date)?, spans(&holiday.open)?)))
        .collect::<Option<_>>()?;
    Some(Schedule { zone, week, holidays })
}
