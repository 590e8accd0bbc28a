//! Free-form JSON that travels along unchanged.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON object kept as text, so that numbers of any size stay digit for digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra(String);

impl Extra {
    /// Takes JSON text that must be an object.
    ///
    /// # Errors
    /// When it is not JSON, or not an object.
    pub fn from_json(json: String) -> Result<Self, NotAnObject> {
        let raw: &RawValue =
            serde_json::from_str(&json).map_err(|error| NotAnObject(error.to_string()))?;
        if raw.get().starts_with('{') {
            Ok(Self(json))
        } else {
            Err(NotAnObject("expected a JSON object".to_owned()))
        }
    }

    /// The JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// Whether it is `{}`.
    pub fn is_empty(&self) -> bool {
        let fields = self.0.trim_start().strip_prefix('{').unwrap_or_default();
        fields.trim_start().starts_with('}')
    }
}

impl Default for Extra {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl From<serde_json::Map<String, serde_json::Value>> for Extra {
    fn from(map: serde_json::Map<String, serde_json::Value>) -> Self {
        Self(serde_json::Value::Object(map).to_string())
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_json(raw.get().to_owned()).map_err(serde::de::Error::custom)
    }
}

/// `extra` is not a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object: {0}")]
pub struct NotAnObject(String);
