//! An attendance as both journals keep it: with numbers and not with texts.

use eclusa_model::{Attendance, AttendanceContact, AttendanceState, Protocol};
use time::OffsetDateTime;

use super::{AttendanceRefusal, AttendanceStep, QUARTER_MS};
use crate::id::{Ids, ms_of};
use crate::{body, rfc3339};

/// An attendance. Its times are those of ids, which only grow, so that nothing
/// closes before it opened.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// That of the event that tells of its opening.
    pub(crate) id: i64,
    pub(crate) protocol: Protocol,
    pub(crate) channel: String,
    pub(crate) conversation: String,
    pub(crate) contact: AttendanceContact,
    pub(crate) flow: Option<String>,
    pub(crate) state: AttendanceState,
    pub(crate) queue: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) answered_at_ms: Option<i64>,
    pub(crate) closed_at_ms: Option<i64>,
    pub(crate) changed_by: Option<String>,
    pub(crate) reason: Option<String>,
}

impl Record {
    /// One that opens now, after the newest number so far.
    pub(crate) fn opened(
        id: i64,
        newest: Option<Protocol>,
        (channel, conversation): (&str, &str),
        contact: &AttendanceContact,
        flow: Option<String>,
    ) -> Self {
        Self {
            id,
            protocol: Protocol::next(newest, day(ms_of(id))),
            channel: channel.to_owned(),
            conversation: conversation.to_owned(),
            contact: contact.clone(),
            flow,
            state: AttendanceState::Queued,
            queue: None,
            agent: None,
            answered_at_ms: None,
            closed_at_ms: None,
            changed_by: None,
            reason: None,
        }
    }

    /// Does a step, at the time of the event that tells of it.
    pub(crate) fn change(
        &mut self,
        step: &AttendanceStep,
        by: &str,
        reason: Option<&str>,
        event: i64,
    ) -> Result<(), AttendanceRefusal> {
        step.apply(self, ms_of(event))?;
        self.changed_by = Some(by.to_owned());
        self.reason = reason.map(str::to_owned);
        Ok(())
    }

    /// As others see it.
    pub(crate) fn shown(&self, ids: Ids) -> Attendance {
        self.with_id(ids.text(self.id))
    }

    /// What an event tells of it, made ready for storing.
    pub(crate) fn told(&self) -> Result<String, serde_json::Error> {
        body::of_attendance(&self.with_id(String::new()))
    }

    fn with_id(&self, id: String) -> Attendance {
        Attendance {
            id,
            protocol: self.protocol,
            channel: self.channel.clone(),
            conversation: self.conversation.clone(),
            contact: self.contact.clone(),
            flow: self.flow.clone(),
            state: self.state,
            queue: self.queue.clone(),
            agent: self.agent.clone(),
            opened_at: rfc3339(ms_of(self.id)),
            first_answer_at: self.answered_at_ms.map(rfc3339),
            closed_at: self.closed_at_ms.map(rfc3339),
            changed_by: self.changed_by.clone(),
            reason: self.reason.clone(),
        }
    }
}

/// The digits `YYYYMMDD` of a day in UTC.
fn day(ms: i64) -> u32 {
    let time = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000));
    let date = time.unwrap_or(OffsetDateTime::UNIX_EPOCH).date();
    let year = u32::try_from(date.year()).unwrap_or_default();
    year * 10_000 + u32::from(u8::from(date.month())) * 100 + u32::from(date.day())
}

/// What one commit adds to the counts of a quarter of an hour.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quarter {
    /// Which one, from the Unix epoch.
    pub(crate) number: i64,
    pub(crate) opened: u32,
    pub(crate) answered: u32,
    pub(crate) closed: u32,
    /// How long the one that was answered had waited, in milliseconds.
    pub(crate) waited_ms: i64,
}

impl Quarter {
    fn of(id: i64) -> Self {
        Self { number: ms_of(id).div_euclid(QUARTER_MS), ..Self::default() }
    }

    /// An attendance opened with this event.
    pub(crate) fn opened(event: i64) -> Self {
        Self { opened: 1, ..Self::of(event) }
    }

    /// It was first answered with this message.
    pub(crate) fn answered(attendance: i64, message: i64) -> Self {
        let waited_ms = ms_of(message) - ms_of(attendance);
        Self { answered: 1, waited_ms, ..Self::of(message) }
    }

    /// It closed with this event.
    pub(crate) fn closed(event: i64) -> Self {
        Self { closed: 1, ..Self::of(event) }
    }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_those_of_utc() {
        assert_eq!(day(0), 19_700_101);
        assert_eq!(day(1_795_823_999_999), 20_261_127);
        assert_eq!(day(1_795_824_000_000), 20_261_128);
        assert_eq!(day(i64::MAX), 19_700_101);
    }
}
