//! What is done to a file before it may serve.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// The stages of loading, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// The file is a WebAssembly component of a size that is allowed.
    Format,
    /// It implements the adapter world in a version that the host speaks.
    World,
    /// It imports nothing that an adapter may not have.
    Imports,
    /// The memory it asks for fits.
    Memory,
    /// It is compiled, or its compiled code comes from the cache.
    Compile,
    /// It can be linked and started.
    Instantiate,
    /// `describe` returns a manifest.
    Describe,
    /// Its own samples become what they say.
    Samples,
}

impl StageName {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::World => "world",
            Self::Imports => "imports",
            Self::Memory => "memory",
            Self::Compile => "compile",
            Self::Instantiate => "instantiate",
            Self::Describe => "describe",
            Self::Samples => "samples",
        }
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One stage that was gone through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// Which one.
    pub stage: StageName,
    /// It was passed.
    pub ok: bool,
    /// The code of the failure where it was not passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
    /// What was found, in one sentence.
    pub message: String,
}

fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // Three digits: microseconds are enough for people.
    let micros = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    serializer.serialize_f64(f64::from(micros) / 1000.0)
}
