//! A place within a request.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place within a request, named by exactly one of `header`, `query`, `pointer`
/// and `form`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPlace", into = "RawPlace")]
pub enum Place {
    /// A header's value behind a prefix.
    Header {
        /// The header's name; upper and lower case are the same.
        header: String,
        /// What stands before the value, e.g. `Bearer `. Default: nothing.
        prefix: String,
    },
    /// A query parameter, decoded.
    Query {
        /// The parameter's name.
        query: String,
    },
    /// A text within the body's JSON.
    Json {
        /// JSON pointer (RFC 6901), e.g. `/auth/token`.
        pointer: String,
    },
    /// A field of a form in the body (`application/x-www-form-urlencoded`).
    Form {
        /// The field's name, decoded, e.g. `auth[application_token]`.
        form: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { header, .. } => write!(f, "the header `{header}`"),
            Self::Query { query } => write!(f, "the query parameter `{query}`"),
            Self::Json { pointer } => write!(f, "`{pointer}` in the body"),
            Self::Form { form } => write!(f, "the form field `{form}`"),
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlace {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    prefix: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<String>,
}

impl TryFrom<RawPlace> for Place {
    type Error = &'static str;

    fn try_from(raw: RawPlace) -> Result<Self, &'static str> {
        let RawPlace { header, prefix, query, pointer, form } = raw;
        match (header, query, pointer, form) {
            (Some(header), None, None, None) => Ok(Self::Header { header, prefix }),
            _ if !prefix.is_empty() => Err("a `prefix` stands beside `header` only"),
            (None, Some(query), None, None) => Ok(Self::Query { query }),
            (None, None, Some(pointer), None) => Ok(Self::Json { pointer }),
            (None, None, None, Some(form)) => Ok(Self::Form { form }),
            _ => Err("expected exactly one of `header`, `query`, `pointer` and `form`"),
        }
    }
}

impl From<Place> for RawPlace {
    fn from(place: Place) -> Self {
        let mut raw =
            Self { header: None, prefix: String::new(), query: None, pointer: None, form: None };
        match place {
            Place::Header { header, prefix } => (raw.header, raw.prefix) = (Some(header), prefix),
            Place::Query { query } => raw.query = Some(query),
            Place::Json { pointer } => raw.pointer = Some(pointer),
            Place::Form { form } => raw.form = Some(form),
        }
        raw
    }
}
