//! What the list is asked for: the fields of its filter, as they were typed.

use axum::http::Uri;
use eclusa_journal::rfc3339;
use eclusa_model::AttendanceState;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::super::frame::Frame;
use super::super::period::{Period, Span};
use crate::api::{AttendanceQuery, ReportPeriod, read_query};
use crate::app::App;
use crate::problem::{ApiProblem, Violation};

/// No period is too long for a list.
const LONGEST: i64 = 10_000 * 366;

/// The parameters of the page.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Parameters {
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    channel: String,
    state: String,
    contact: String,
    agent: String,
    queue: String,
    flow: String,
    before: Option<String>,
    after: Option<String>,
}

/// Which attendances, and which part of them.
pub(super) struct Asked {
    pub(super) period: Period,
    pub(super) channel: String,
    pub(super) state: String,
    pub(super) contact: String,
    pub(super) agent: String,
    pub(super) queue: String,
    pub(super) flow: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl Asked {
    pub(super) fn read(app: &App, at: &Frame, uri: &Uri) -> Result<Self, ApiProblem> {
        let parameters: Parameters = read_query(uri)?;
        let typed = |text: String| text.trim().to_owned();
        let Parameters { period, from, to, before, after, .. } = parameters;
        let today = at.zone().local(app.clock.now_ms()).date();
        Ok(Self {
            period: Period::read(
                (period.as_deref(), from.as_deref(), to.as_deref()),
                Span::Week,
                today,
            ),
            channel: typed(parameters.channel),
            state: typed(parameters.state),
            contact: typed(parameters.contact),
            agent: typed(parameters.agent),
            queue: typed(parameters.queue),
            flow: typed(parameters.flow),
            before: before.filter(|before| !before.is_empty()),
            after: after.filter(|after| !after.is_empty()),
        })
    }

    /// All fields but the period, for links.
    pub(super) fn others(&self) -> [(&str, &str); 6] {
        [
            ("channel", &self.channel),
            ("state", &self.state),
            ("contact", &self.contact),
            ("agent", &self.agent),
            ("queue", &self.queue),
            ("flow", &self.flow),
        ]
    }

    /// Whether it asks for what is not counted.
    pub(super) fn is_beyond_counts(&self) -> bool {
        self.others().iter().skip(1).any(|(_, value)| !value.is_empty())
    }

    /// As the API takes it.
    pub(super) fn query(&self, app: &App, at: &Frame) -> Result<AttendanceQuery, ApiProblem> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (from, to) = self.between(app, at)?;
        Ok(AttendanceQuery {
            from,
            to,
            channel: given(&self.channel),
            conversation: None,
            contact: given(&self.contact),
            flow: given(&self.flow),
            queue: given(&self.queue),
            agent: given(&self.agent),
            state: self.state()?,
        })
    }

    fn state(&self) -> Result<Option<AttendanceState>, ApiProblem> {
        if self.state.is_empty() {
            return Ok(None);
        }
        let state = serde_json::from_value(self.state.as_str().into()).map_err(|_| {
            let hint = "expected queued, assigned, transferred or closed";
            ApiProblem::violations(vec![Violation::new("/state", hint)])
        })?;
        Ok(Some(state))
    }

    /// The times from which and before which they opened.
    fn between(
        &self,
        app: &App,
        at: &Frame,
    ) -> Result<(Option<String>, Option<String>), ApiProblem> {
        if self.period.span == Span::All {
            return Ok((None, None));
        }
        let (from, to) = self.period.asked();
        // Without a first day it begins with the first that there can be.
        let from = from.unwrap_or_else(|| "1970-01-01".to_owned());
        let asked = (Some(from.as_str()), to.as_deref(), Some(at.zone().name()));
        let period = ReportPeriod::read(asked, LONGEST, app.clock.now_ms())?;
        Ok((Some(rfc3339(period.from_ms)), Some(rfc3339(period.to_ms))))
    }
}

/// The query of an export of the same.
pub(super) fn export_query(query: &AttendanceQuery) -> String {
    let AttendanceQuery { from, to, channel, conversation, contact, flow, queue, agent, state } =
        query;
    let state = state.and_then(|state| serde_json::to_value(state).ok());
    let fields = [
        ("from", from.as_deref()),
        ("to", to.as_deref()),
        ("channel", channel.as_deref()),
        ("conversation", conversation.as_deref()),
        ("contact", contact.as_deref()),
        ("flow", flow.as_deref()),
        ("queue", queue.as_deref()),
        ("agent", agent.as_deref()),
        ("state", state.as_ref().and_then(|state| state.as_str())),
    ];
    let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Serializer::new(String::new()).extend_pairs(given).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_has_all_that_was_asked_for() {
        let query = AttendanceQuery {
            from: Some("2026-01-01T03:00:00Z".to_owned()),
            contact: Some("a&b=c".to_owned()),
            state: Some(AttendanceState::Closed),
            ..AttendanceQuery::default()
        };
        assert_eq!(
            export_query(&query),
            "from=2026-01-01T03%3A00%3A00Z&contact=a%26b%3Dc&state=closed"
        );
        assert_eq!(export_query(&AttendanceQuery::default()), "");
    }
}
