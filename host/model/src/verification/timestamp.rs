//! Where the time of a signed request stands.

use serde::{Deserialize, Serialize};

/// Where the time of a signed request stands, and how old it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawTimestamp", into = "RawTimestamp")]
pub struct Timestamp {
    /// Where it stands.
    pub source: TimestampSource,
    /// How it is written.
    pub format: TimeFormat,
    /// How far it may be from the host's clock, either way, in seconds.
    pub tolerance_seconds: u32,
}

/// Where the time stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimestampSource {
    /// In a header of its own.
    Header(String),
    /// In the header of the signature, in the one entry behind this prefix, e.g.
    /// `t=`.
    Entry(String),
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeFormat {
    /// Unix time in seconds.
    #[default]
    Seconds,
    /// Unix time in milliseconds.
    Milliseconds,
    /// RFC 3339, e.g. `2021-07-25T10:00:00Z`.
    Rfc3339,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTimestamp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "is_seconds")]
    format: TimeFormat,
    tolerance_seconds: u32,
}

fn is_seconds(format: &TimeFormat) -> bool {
    *format == TimeFormat::Seconds
}

impl TryFrom<RawTimestamp> for Timestamp {
    type Error = &'static str;

    fn try_from(raw: RawTimestamp) -> Result<Self, &'static str> {
        let source = match (raw.header, raw.prefix) {
            (Some(header), None) => TimestampSource::Header(header),
            (None, Some(prefix)) => TimestampSource::Entry(prefix),
            _ => return Err("the time stands in a `header`, or behind a `prefix`: name one"),
        };
        Ok(Self { source, format: raw.format, tolerance_seconds: raw.tolerance_seconds })
    }
}

impl From<Timestamp> for RawTimestamp {
    fn from(it: Timestamp) -> Self {
        let (header, prefix) = match it.source {
            TimestampSource::Header(header) => (Some(header), None),
            TimestampSource::Entry(prefix) => (None, Some(prefix)),
        };
        Self { header, prefix, format: it.format, tolerance_seconds: it.tolerance_seconds }
    }
}
