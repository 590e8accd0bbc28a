//! Looking after a journal.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::{
    BackupError, BackupManifest, Cut, JournalError, PruneCursor, Pruned, Scrubbed, Status,
};

/// What whoever operates a journal needs of it.
#[async_trait]
pub trait Upkeep: Send + Sync + 'static {
    /// How it is. Cheap: reads nothing.
    fn status(&self) -> Status;

    /// Removes a part of what is old; the next call goes on at
    /// [`next`](Pruned::next). Each is one short transaction.
    ///
    /// What is still to be handed on stays, with all that belongs to it, and so do
    /// channels, adapters, deployments, and which conversations are known.
    async fn prune(&self, cut: Cut, from: PruneCursor) -> Result<Pruned, JournalError>;

    /// Compares the checksums of the next rows, and goes on with the first after the
    /// last: some hundred rows or some MiB, in one short read beside the writer. How far
    /// it has come is kept over restarts. Damage is no error: it stands in the result,
    /// and in [`Status::scrub`] until a whole pass has not found it again. Does not look
    /// at indexes and components: a check of the closed folder does.
    async fn scrub(&self) -> Result<Scrubbed, JournalError>;

    /// How many bytes of the database are in use. Its file does not shrink when
    /// something is removed: what is free in it is used again.
    async fn used_bytes(&self) -> Result<u64, JournalError>;

    /// Backs all of it up, as it is at one moment, into a folder that is not there
    /// yet, and compares the copy with its checksums. Traffic goes on meanwhile.
    async fn backup(&self, to: PathBuf) -> Result<BackupManifest, BackupError>;
}
