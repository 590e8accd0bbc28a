//! Looking after a journal.

use async_trait::async_trait;

use crate::Status;

/// What whoever operates a journal needs of it.
#[async_trait]
pub trait Upkeep: Send + Sync + 'static {
    /// How it is. Cheap: reads nothing.
    fn status(&self) -> Status;
}
