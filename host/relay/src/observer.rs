//! Who is told of each attempt, beside the journal.

use eclusa_journal::Target;

/// One attempt to hand something on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Id of the message or event.
    pub id: String,
    /// Where it went.
    pub target: Target,
    /// The channel's id.
    pub channel: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// How long it took.
    pub duration_ms: u64,
    /// Status of the last response, if one came.
    pub status: Option<u16>,
    /// The problem's code, where something went wrong.
    pub code: Option<String>,
}

/// Is told of each attempt as it ends, before it is recorded. It must return at once: the
/// lane waits.
pub trait Observer: Send + Sync + 'static {
    /// An attempt has ended.
    fn handed(&self, handed: Handed);
}

/// Nobody is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn handed(&self, _: Handed) {}
}
