//! API tokens as they are kept: never the token, only its hash.

use serde::{Deserialize, Serialize};

/// What a token's holder may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenRole {
    /// May look.
    Viewer,
    /// May also change channels and adapters.
    Operator,
    /// May do everything.
    Admin,
    /// May send, and read events and messages.
    Platform,
    /// May read the metrics, and nothing else.
    Metrics,
}

/// An API token; the token itself is nowhere kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is called; no two tokens have the same name.
    pub name: String,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// What its holder may do.
    pub role: TokenRole,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// It is not let in any more from this time on, in Unix milliseconds; `None`:
    /// it does not end by itself.
    pub expires_at_ms: Option<i64>,
    /// When it was last let in, in Unix milliseconds, to about a minute; `None`:
    /// never.
    pub last_used_at_ms: Option<i64>,
}

impl Token {
    /// Whether it has ended by itself.
    pub fn expired(&self, now_ms: i64) -> bool {
        self.expires_at_ms.is_some_and(|end| end <= now_ms)
    }
}

/// A change to the tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenChange {
    /// Adds one whose name is free.
    Create(Token),
    /// Adds one, or puts it in the place of the one of its name.
    Put(Token),
    /// Puts one in the place of the one of its name, whose value is let in for a time
    /// under another name.
    Rotate {
        /// With its new value.
        token: Token,
        /// With the value of before, and an end; its name is free.
        before: Token,
    },
    /// Removes the one of this name.
    Revoke(String),
}
