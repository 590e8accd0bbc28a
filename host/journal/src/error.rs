//! Why a journal could not do what it was asked.

use std::time::Duration;

use crate::AttendanceRefusal;

/// Why a journal could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// Too many writes wait; nothing was recorded.
    #[error("the journal has too many writes waiting; try again after {retry_after:?}")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The disk is nearly full; nothing was recorded. It goes on by itself once
    /// there is room.
    #[error(
        "the disk has {free} bytes left, and nothing new is taken in below {min_free}, so that \
         what was accepted can be handed on"
    )]
    DiskFull {
        /// Free bytes.
        free: u64,
        /// The limit.
        min_free: u64,
    },
    /// The chat has never written in this conversation.
    #[error("the chat of channel `{channel}` has never written in conversation `{conversation}`")]
    UnknownConversation {
        /// The channel's id.
        channel: String,
        /// The conversation asked for.
        conversation: String,
    },
    /// The idempotency key was used for something else.
    #[error("the idempotency key was used before, for another request")]
    IdempotencyConflict,
    /// Somebody else changed it meanwhile, or it is not there.
    #[error("`{id}` is at revision {found}, not {expected}")]
    RevisionConflict {
        /// The channel's or the flow's id, or the adapter's name.
        id: String,
        /// The revision the change was made from.
        expected: u64,
        /// The newest revision; 0 where there is none.
        found: u64,
    },
    /// A channel of this id was deleted. What was recorded for it stays under the
    /// id, so that another channel's messages would be taken for its own.
    #[error(
        "the id `{id}` belonged to a channel that was deleted; its history stays, \
         so choose another id"
    )]
    ChannelRetired {
        /// The channel's id.
        id: String,
    },
    /// There is a token of this name.
    #[error("there is a token `{name}` already")]
    TokenExists {
        /// The name.
        name: String,
    },
    /// There is no token of this name.
    #[error("there is no token `{name}`")]
    TokenUnknown {
        /// The name.
        name: String,
    },
    /// There is no such request, or it is mapped already.
    #[error("request `{id}` is not among those that could not be mapped")]
    NotUnmapped {
        /// The request's id.
        id: String,
    },
    /// There is no such flow.
    #[error("there is no flow `{id}`")]
    FlowUnknown {
        /// The flow's id.
        id: String,
    },
    /// A channel uses the flow.
    #[error("channel `{channel}` uses the flow `{id}`; give it another flow first")]
    FlowInUse {
        /// The flow's id.
        id: String,
        /// The first channel that uses it.
        channel: String,
    },
    /// There is no such attendance.
    #[error("there is no attendance `{id}`")]
    AttendanceUnknown {
        /// Its id or protocol number, as it was given.
        id: String,
    },
    /// The attendance's state does not allow the change.
    #[error(transparent)]
    AttendanceRefused(AttendanceRefusal),
    /// Events after this cursor were removed for their age.
    #[error("events after `{cursor}` have been removed for their age")]
    CursorExpired {
        /// What was given.
        cursor: String,
    },
    /// Not an id of the kind that the list or the feed is cut by.
    #[error("`{cursor}` is not a cursor of this list")]
    Cursor {
        /// What was given.
        cursor: String,
    },
    /// A row is not as it was written: its checksum does not fit. Others can be
    /// read.
    #[error(
        "row `{id}` of `{table}` in the journal is damaged: it is not as it was written; \
         `eclusa check` tells what else is"
    )]
    Corrupt {
        /// The table.
        table: String,
        /// The row: the id of a request, event or message; else its key.
        id: String,
    },
    /// The database is damaged in its structure, so that nothing can be written to
    /// it any more.
    #[error("the journal's database is damaged: {0}")]
    Damaged(String),
    /// Secrets cannot be opened or encrypted; nothing was recorded.
    #[error("{0}")]
    Keys(String),
    /// The storage failed; nothing was recorded.
    #[error("the journal's storage failed: {0}")]
    Storage(String),
}
