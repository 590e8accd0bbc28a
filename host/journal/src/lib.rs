//! The durable record of requests, messages, events and deliveries.
//!
//! One commit holds all that one call of [`Journal::accept`] or
//! [`Journal::submit`] says; when the call returns `Ok`, it is on the disk.

mod attendance;
mod backup;
mod body;
mod clock;
mod component;
mod error;
mod event;
mod feed;
mod flow;
mod id;
mod journal;
mod key;
mod key_rotation;
mod letter;
mod memory;
mod pause;
mod prune;
mod records;
pub mod registry;
mod reply;
mod scrub;
mod session;
mod skew;
mod sqlite;
mod state;
mod status;
mod token;
mod traffic;
mod types;
mod upkeep;
mod words;

pub use attendance::{
    AttendanceChange, AttendanceChanged, AttendanceCount, AttendanceFilter, AttendanceRefusal,
    AttendanceStep, Attendances, Counted, InboxEntry, InboxQuery, InboxView, Moment,
    OpenAttendances, QUARTER_MS, Said, Turn,
};
pub use backup::{BackupError, BackupFile, BackupManifest};
pub use clock::{Clock, SystemClock, rfc3339, unix_ms};
pub use error::JournalError;
pub use feed::Deliveries;
pub use flow::{
    AdvancedFlows, FlowRecord, FlowSession, FlowSummary, Flows, LONGEST_ADVANCE, SentBy,
};
pub use id::accepted_at_ms;
pub use journal::Journal;
pub use key_rotation::KeyRotation;
pub use letter::{
    DeadLetter, Discard, Discarded, Handled, LetterContent, LetterFilter, LetterKind, LetterRecord,
    LetterState, Letters, Redrive, Skip, Window,
};
pub use memory::MemoryJournal;
pub use pause::{Destination, Pause};
pub use prune::{Cut, PruneCursor, Pruned, Removed};
pub use records::{EventPage, MessageRecord, Page, RequestRecord, StoredEvent};
pub use registry::{Registry, RegistryChange};
pub use scrub::{DamagedRow, ScrubStatus, Scrubbed};
pub use session::{Session, Sessions};
pub use skew::believed;
pub use sqlite::{
    CheckReport, Finding, KeyError, KeySource, OpenError, SqliteJournal, SqliteOptions,
    backup_folder, check_folder, read_manifest, remove_partial_backups, restore_folder,
};
#[cfg(feature = "older-journals")]
pub use sqlite::{make_older_journal, schema_version};
pub use status::{DiskStatus, PendingStatus, Refusal, Status, WriterStatus};
pub use token::{Token, TokenChange, TokenRole};
pub use traffic::{OutboundRecord, Traffic};
pub use types::{
    Accept, Accepted, AcceptedEvent, Attempt, ChannelChange, Delivery, DeliveryBody,
    DeliveryChange, DeliveryId, FailedMapping, Finish, HELD, Idempotency, Lane, Mapping,
    MessageState, RawRequest, Remap, RevisionRef, Sender, Submit, Submitted, Target,
};
pub use upkeep::Upkeep;
