//! Which attendances, as lists and exports take it.

use axum::http::Uri;
use eclusa_journal::{AttendanceFilter, unix_ms};
use eclusa_model::AttendanceState;
use serde::{Deserialize, Serialize};

use crate::api::query;
use crate::problem::{ApiProblem, Violation};

/// Which attendances; all where nothing is said.
#[derive(Debug, Clone, Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Filter {
    /// Opened then or later, RFC 3339.
    pub(crate) from: Option<String>,
    /// Opened before then, RFC 3339.
    pub(crate) to: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) conversation: Option<String>,
    /// The contact's id.
    pub(crate) contact: Option<String>,
    pub(crate) flow: Option<String>,
    pub(crate) queue: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) state: Option<AttendanceState>,
}

impl Filter {
    /// Reads it from a query that says nothing else.
    pub(in crate::api) fn of(uri: &Uri) -> Result<AttendanceFilter, ApiProblem> {
        query::read::<Self>(uri)?.read()
    }

    /// As the journal takes it.
    pub(crate) fn read(self) -> Result<AttendanceFilter, ApiProblem> {
        let mut violations = Vec::new();
        let mut time = |pointer, text: Option<String>| {
            let ms = text.as_deref().map(unix_ms);
            if ms == Some(None) {
                let hint = "expected a time such as 2026-03-01T12:00:00Z";
                violations.push(Violation::new(pointer, hint));
            }
            ms.flatten()
        };
        let (opened_from_ms, opened_before_ms) = (time("/from", self.from), time("/to", self.to));
        if !violations.is_empty() {
            return Err(ApiProblem::violations(violations));
        }
        Ok(AttendanceFilter {
            channel: self.channel,
            conversation: self.conversation,
            contact: self.contact,
            flow: self.flow,
            queue: self.queue,
            agent: self.agent,
            state: self.state,
            opened_from_ms,
            opened_before_ms,
        })
    }
}
