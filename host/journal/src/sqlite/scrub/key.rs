//! A part of a row's key, ordered as SQLite orders it.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

/// A part of a row's key. Of text its bytes: damaged text may be none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum KeyPart {
    Integer(i64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl KeyPart {
    /// What a column holds; `None` where no key can be that.
    pub(super) fn of(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Integer(number) => Some(Self::Integer(number)),
            ValueRef::Text(text) => Some(Self::Text(text.to_owned())),
            ValueRef::Blob(bytes) => Some(Self::Blob(bytes.to_owned())),
            ValueRef::Null | ValueRef::Real(_) => None,
        }
    }

    /// What stands for it in a statement.
    pub(super) fn mark(&self) -> &'static str {
        match self {
            Self::Integer(_) | Self::Blob(_) => "?",
            // Bound as bytes.
            Self::Text(_) => "CAST(? AS TEXT)",
        }
    }
}

impl ToSql for KeyPart {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Integer(number) => (*number).into(),
            Self::Text(bytes) | Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
