//! Values that are kept as text or as JSON.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value in a column: a unit variant as its bare name, all else as JSON.
pub(super) struct Text<T>(pub(super) T);

impl<T: Serialize> ToSql for Text<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let failed = |error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
        let json = serde_json::to_string(&self.0).map_err(failed)?;
        let bare = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'));
        Ok(bare.map(str::to_owned).unwrap_or(json).into())
    }
}

impl<T: DeserializeOwned> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let parsed = if text.starts_with(['{', '[']) {
            serde_json::from_str(text)
        } else {
            serde_json::from_value(serde_json::Value::String(text.to_owned()))
        };
        parsed.map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}
