//! Keys of the configuration about traces.

use serde::Deserialize;

use super::ConfigError;

/// Where traces go (OpenTelemetry).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traces {
    /// URL of a collector that takes OTLP over HTTP in protobuf, e.g.
    /// `http://127.0.0.1:4318/v1/traces`. Without it there are no traces.
    pub endpoint: Option<String>,
    /// Which share of the traces that begin here is kept, 0 to 1. Default 1. One
    /// that began elsewhere is kept where its `traceparent` says so.
    pub sample: f64,
}

impl Default for Traces {
    fn default() -> Self {
        Self { endpoint: None, sample: 1.0 }
    }
}

impl Traces {
    /// Checks what the types alone cannot say.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if !(0.0..=1.0).contains(&self.sample) {
            let expected = format!("0 to 1, not {}", self.sample);
            return Err(ConfigError::Value("traces.sample", expected));
        }
        let Some(endpoint) = &self.endpoint else { return Ok(()) };
        let sound = url::Url::parse(endpoint).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
        });
        if sound {
            return Ok(());
        }
        let expected = "an absolute http(s) URL without a password, e.g. \
                        http://127.0.0.1:4318/v1/traces";
        Err(ConfigError::Value("traces.endpoint", expected.to_owned()))
    }
}
