//! The inbox: attendances as agents go through them.

use eclusa_model::Attendance;

use super::Said;
use crate::JournalError;
use crate::id::Ids;

/// Which attendances an inbox shows, and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxView {
    /// All that are open: those with something unanswered first, then by the newest
    /// message.
    Open,
    /// The open ones of this agent, in the same order.
    Of {
        /// The agent: who has them, or is to take them.
        agent: String,
    },
    /// The open ones that nobody has taken, in the same order.
    Waiting,
    /// The closed ones, newest first.
    Closed,
    /// Open or closed, newest first: the protocol number, the contact's id or the
    /// conversation is exactly this, or the words of the contact's name begin with
    /// those of it, whatever their case and accents; words of one or two letters are
    /// whole ones.
    Found {
        /// What is searched for.
        text: String,
    },
}

/// Which attendances of an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxQuery {
    /// Which, and in which order.
    pub view: InboxView,
    /// Only of this channel.
    pub channel: Option<String>,
}

/// An attendance as a list shows it.
#[derive(Debug, Clone)]
pub struct InboxEntry {
    /// The attendance.
    pub attendance: Attendance,
    /// Of an open one: whose turn it is.
    pub turn: Option<Turn>,
    /// What was said last in it; nothing where that was removed for its age.
    pub last: Option<Said>,
    /// When that was, RFC 3339; when it opened, where nothing was said since.
    pub last_at: String,
    /// Where the next page goes on.
    pub cursor: String,
}

/// Whose turn it is in an open attendance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The chat said something that no message has answered.
    pub unanswered: bool,
    /// Since when that is so, RFC 3339.
    pub since: String,
}

/// A place in a list of attendances: those of one rank by the number of their
/// newest message, or all by their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InboxPlace {
    pub(crate) answered: bool,
    pub(crate) before: i64,
}

impl InboxPlace {
    /// Before all.
    pub(crate) const FIRST: Self = Self { answered: false, before: i64::MAX };

    /// Reads the cursor of an entry.
    pub(crate) fn read(cursor: Option<&str>) -> Result<Self, JournalError> {
        let Some(cursor) = cursor else { return Ok(Self::FIRST) };
        let place = match cursor.split_at_checked(1) {
            Some(("a", id)) => Ids::position(id).map(|before| Self { answered: true, before }),
            Some(("u", id)) => Ids::position(id).map(|before| Self { answered: false, before }),
            _ => None,
        };
        place.ok_or_else(|| JournalError::Cursor { cursor: cursor.to_owned() })
    }

    /// The cursor of an entry that stands here.
    pub(crate) fn cursor(self, ids: Ids) -> String {
        let rank = if self.answered { 'a' } else { 'u' };
        format!("{rank}{}", ids.text(self.before))
    }
}
