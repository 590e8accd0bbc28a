//! The durable record of requests, messages, events and deliveries.
//!
//! One commit holds all that one call of [`Journal::accept`] or
//! [`Journal::submit`] says; when the call returns `Ok`, it is on the disk.

mod body;
mod clock;
mod event;
mod id;
mod journal;
mod key;
mod memory;
mod sqlite;
mod state;
mod types;

pub use journal::Journal;
pub use memory::MemoryJournal;
pub use sqlite::{OpenError, SqliteJournal, SqliteOptions};
pub use types::{
    Accept, Accepted, AcceptedEvent, Attempt, ChannelChange, DeadLetter, Delivery, DeliveryBody,
    DeliveryId, EventPage, Finish, Idempotency, JournalError, Lane, Mapping, MessageRecord,
    MessageState, Page, RawRequest, RequestRecord, RevisionRef, StoredEvent, Submit, Submitted,
    Target, Token, TokenRole,
};
