//! Attendances: what is asked of a journal, and what it answers.

mod inbox;
mod moment;
mod record;
mod step;

use async_trait::async_trait;
use eclusa_model::{Attendance, AttendanceState};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::registry::AuditEntry;
use crate::{Idempotency, JournalError, MessageState, SentBy};

pub(crate) use inbox::InboxPlace;
pub use inbox::{InboxEntry, InboxQuery, InboxView, Turn};
pub use moment::Moment;
pub(crate) use record::{Quarter, Record};
pub use step::{AttendanceRefusal, AttendanceStep};

/// How long the counts of one [`AttendanceCount`] go, in milliseconds: a quarter of
/// an hour, of which the hours of all time zones are made.
pub const QUARTER_MS: i64 = 15 * 60 * 1000;

/// The attendances of a journal. Each method is one transaction; writes are fsynced
/// before it returns.
///
/// They open by themselves: the first message or postback that a chat brings in a
/// conversation without an open one opens one in the same commit, and all events
/// and messages of the conversation belong to it until it closes.
#[async_trait]
pub trait Attendances: Send + Sync + 'static {
    /// One attendance, by its id or its protocol number.
    async fn attendance(&self, id: String) -> Result<Option<Attendance>, JournalError>;

    /// Attendances, newest first: those that opened before the one with the id
    /// `before`; 1 to 500 at once.
    ///
    /// # Errors
    /// `Cursor` where `before` is no id.
    async fn attendances(
        &self,
        filter: AttendanceFilter,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<Attendance>, JournalError>;

    /// The other way from [`Attendances::attendances`]: those that opened just after the
    /// one with the id `after`, newest first; 1 to 500 at once.
    ///
    /// # Errors
    /// `Cursor` where `after` is no id.
    async fn newer_attendances(
        &self,
        filter: AttendanceFilter,
        after: String,
        limit: u32,
    ) -> Result<Vec<Attendance>, JournalError>;

    /// What was said in an attendance, in both directions, oldest first: what is
    /// younger than the message with the id `after`; 1 to 500 at once. Nothing where
    /// there is no such attendance.
    ///
    /// # Errors
    /// `Cursor` where `after` is no id.
    async fn transcript(
        &self,
        id: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<Said>, JournalError>;

    /// Changes an attendance, with its event and the entry of the audit.
    ///
    /// # Errors
    /// `AttendanceUnknown`; `AttendanceRefused` where its state does not allow it;
    /// `IdempotencyConflict` where the key was used for something else. Nothing is
    /// recorded then.
    async fn change_attendance(
        &self,
        change: AttendanceChange,
    ) -> Result<AttendanceChanged, JournalError>;

    /// What was counted in each quarter of an hour, by time and channel. The counts
    /// stay when what they count is removed for its age.
    async fn attendance_counts(
        &self,
        counted: Counted,
    ) -> Result<Vec<AttendanceCount>, JournalError>;

    /// The same summed up for each channel, by channel, each with the beginning of its
    /// first quarter.
    async fn attendance_sums(&self, counted: Counted)
    -> Result<Vec<AttendanceCount>, JournalError>;

    /// The attendances of an inbox, in its order: those after the entry with this
    /// cursor; 1 to 500 at once.
    ///
    /// # Errors
    /// `Cursor` where `after` is none of an entry.
    async fn inbox(
        &self,
        query: InboxQuery,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<InboxEntry>, JournalError>;

    /// How many open attendances have something unanswered, counted up to `most`.
    async fn unanswered(&self, most: u32) -> Result<u32, JournalError>;

    /// What happened in an attendance, newest first, but for statuses and typing:
    /// what is older than that with the id `before`; 1 to 500 at once. Nothing where
    /// there is no such attendance.
    ///
    /// # Errors
    /// `Cursor` where `before` is no id.
    async fn moments(
        &self,
        id: String,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<Moment>, JournalError>;

    /// Grows with every commit after which an inbox or something in an attendance
    /// looks different.
    fn inbox_changes(&self) -> watch::Receiver<u64>;

    /// How many are open now, by channel and state.
    async fn open_attendances(&self) -> Result<Vec<OpenAttendances>, JournalError>;
}

/// Which attendances; the default is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttendanceFilter {
    /// Only of this channel.
    pub channel: Option<String>,
    /// Only of this conversation.
    pub conversation: Option<String>,
    /// Only opened by the contact with this id.
    pub contact: Option<String>,
    /// Only of this flow.
    pub flow: Option<String>,
    /// Only of this queue.
    pub queue: Option<String>,
    /// Only of this agent.
    pub agent: Option<String>,
    /// Only in this state.
    pub state: Option<AttendanceState>,
    /// Only those that opened at this time or later, in Unix milliseconds.
    pub opened_from_ms: Option<i64>,
    /// Only those that opened before this time, in Unix milliseconds.
    pub opened_before_ms: Option<i64>,
}

/// A change that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct AttendanceChange {
    /// The attendance's id or its protocol number.
    pub id: String,
    /// What is to be done.
    pub step: AttendanceStep,
    /// Who: a token's name.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// Makes a repeated call return the first answer.
    pub idempotency: Option<Idempotency>,
    /// Whether its event is to be pushed to the platform.
    pub push: bool,
    /// The trace that the call belongs to (W3C Trace Context).
    pub traceparent: Option<String>,
    /// Recorded with it.
    pub audit: AuditEntry,
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceChanged {
    /// The attendance as the change left it.
    pub attendance: Attendance,
    /// An earlier call with the same idempotency key had made the change.
    pub replayed: bool,
}

/// Something that was said in an attendance.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    /// Eclusa's id of it.
    pub id: String,
    /// `inbound` or `outbound`.
    pub direction: String,
    /// Of an outbound message: how far it has come.
    pub state: Option<MessageState>,
    /// Of an outbound message: who sent it.
    pub sent_by: Option<SentBy>,
    /// `message`, or `postback`: somebody pressed a button.
    #[serde(rename = "type")]
    pub kind: String,
    /// The canonical message or postback.
    pub object: Box<RawValue>,
}

/// Of which counts: those of quarters that begin in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The period's beginning, in Unix milliseconds.
    pub from_ms: i64,
    /// Its end, in Unix milliseconds; what begins then is not in it.
    pub before_ms: i64,
    /// Only of this channel.
    pub channel: Option<String>,
}

/// What was counted in a channel in a quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceCount {
    /// The channel's id.
    pub channel: String,
    /// When the quarter began, in Unix milliseconds; a multiple of [`QUARTER_MS`].
    pub start_ms: i64,
    /// How many opened.
    pub opened: u64,
    /// How many got their first answer.
    pub answered: u64,
    /// How many closed.
    pub closed: u64,
    /// How long those that got their first answer had waited for it, all together.
    pub first_answer_ms: u64,
}

/// How many attendances of a channel are open in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAttendances {
    /// The channel's id.
    pub channel: String,
    /// Any but `closed`.
    pub state: AttendanceState,
    /// How many.
    pub count: u64,
}
