//! A secret while it is being replaced.

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::Secret;

/// The values that count as one secret, newest first: one, or up to
/// [`SecretValues::MOST`] while it is being replaced. Any of them is believed;
/// only the newest goes out. In JSON a text, or an array of texts; it cannot be
/// serialized, and `Debug` does not show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretValues {
    newest: Secret,
    older: Vec<Secret>,
}

impl SecretValues {
    /// How many values a secret may have at once.
    pub const MOST: usize = 4;

    /// One value, and those that it replaces, newest first.
    ///
    /// # Errors
    /// When there are more than [`SecretValues::MOST`], or an older one is empty.
    pub fn rotating(
        newest: Secret,
        older: impl IntoIterator<Item = Secret>,
    ) -> Result<Self, InvalidSecretValues> {
        let older: Vec<Secret> = older.into_iter().take(Self::MOST).collect();
        if older.len() >= Self::MOST {
            return Err(InvalidSecretValues::TooMany);
        }
        if !older.is_empty() && older.iter().chain([&newest]).any(|it| it.expose().is_empty()) {
            return Err(InvalidSecretValues::Empty);
        }
        Ok(Self { newest, older })
    }

    /// The value that goes out.
    pub fn newest(&self) -> &Secret {
        &self.newest
    }

    /// All values, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Whether its value is empty, which counts as no secret at all.
    pub fn is_empty(&self) -> bool {
        self.newest.expose().is_empty()
    }
}

impl From<Secret> for SecretValues {
    fn from(newest: Secret) -> Self {
        Self { newest, older: Vec::new() }
    }
}

/// These cannot be the values of one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecretValues {
    /// None at all.
    #[error("expected at least one value; remove the secret by null")]
    None,
    /// More than may be.
    #[error("expected at most {} values, the newest first", SecretValues::MOST)]
    TooMany,
    /// Among several values, an empty one.
    #[error("expected no empty value among several")]
    Empty,
}

impl<'de> Deserialize<'de> for SecretValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = SecretValues;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string, or an array of strings with the newest first")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<SecretValues, E> {
        Ok(Secret::new(value).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<SecretValues, A::Error> {
        let none = || A::Error::custom(InvalidSecretValues::None);
        let newest = all.next_element()?.ok_or_else(none)?;
        let mut older = Vec::new();
        while let Some(value) = all.next_element()? {
            older.push(value);
            if older.len() >= SecretValues::MOST {
                return Err(A::Error::custom(InvalidSecretValues::TooMany));
            }
        }
        SecretValues::rotating(newest, older).map_err(A::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<String>, String> {
        serde_json::from_str::<SecretValues>(json)
            .map(|values| values.iter().map(|it| it.expose().to_owned()).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn one_value_or_up_to_four() {
        assert_eq!(read(r#""a""#).unwrap(), ["a"]);
        assert_eq!(read(r#""""#).unwrap(), [""]);
        assert_eq!(read(r#"["a"]"#).unwrap(), ["a"]);
        assert_eq!(read(r#"["d","c","b","a"]"#).unwrap(), ["d", "c", "b", "a"]);
        for (json, expected) in [
            ("[]", "at least one"),
            (r#"["e","d","c","b","a"]"#, "at most 4"),
            (r#"["a",""]"#, "no empty"),
            (r#"["","a"]"#, "no empty"),
            (r#"["a",null]"#, "expected a string"),
            ("7", "a string, or an array"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let values = SecretValues::rotating(Secret::new("s3cret"), [Secret::new("0ld")]).unwrap();
        let shown = format!("{values:?}");
        assert!(!shown.contains("s3cret") && !shown.contains("0ld"), "{shown}");
    }
}
