//! A registered chat.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ChannelDelivery, ChannelView, Secret, SecretValues};

/// The parts of a channel that anyone with a token may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelProfile {
    /// 1 to 64 characters of `a-z`, `0-9` and `-`; never changes.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// For colleagues; the chat never sees it.
    #[serde(default)]
    pub description: String,
    /// The channel's main colour.
    pub color: Color,
    /// Name of the adapter.
    pub adapter: String,
    /// Where the chat listens, or another base than the adapter's own.
    #[serde(default)]
    pub url: Option<String>,
    /// JSON object, valid against the adapter's `settings_schema`.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Name of the service flow that begins when an attendance opens.
    #[serde(default)]
    pub flow: Option<String>,
    /// Who runs it.
    #[serde(default)]
    pub flow_runner: FlowRunner,
    /// Its own limits, where they are not the host's.
    #[serde(default)]
    pub limits: ChannelLimits,
    /// How messages are handed to the chat.
    #[serde(default, skip_serializing_if = "ChannelDelivery::is_default")]
    pub delivery: ChannelDelivery,
}

/// Who runs a channel's flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowRunner {
    /// The platform: only the flow's id travels with the events.
    #[default]
    Platform,
    /// Eclusa: the flow is one of its own.
    Eclusa,
}

impl FlowRunner {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Eclusa => "eclusa",
        }
    }
}

impl ChannelProfile {
    /// The id of the flow that Eclusa runs on it.
    pub fn own_flow(&self) -> Option<&str> {
        self.flow.as_deref().filter(|_| self.flow_runner == FlowRunner::Eclusa)
    }
}

/// What a channel's requests may use up. What is not given is as the host's
/// configuration says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelLimits {
    /// Largest body of a request from the chat, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<usize>,
}

/// A registered chat, with its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// What may be seen.
    pub profile: ChannelProfile,
    /// Headers added to every request to the chat; values are secret.
    pub headers: BTreeMap<String, Secret>,
    /// Secrets by the names in the adapter's manifest.
    pub secrets: BTreeMap<String, SecretValues>,
    /// The unguessable last part of the channel's ingress URL.
    pub ingress_key: Secret,
    /// The one before it, as long as it is accepted too.
    pub previous_ingress: Option<PreviousIngress>,
    /// The unguessable last part of the link by which its documentation is shared;
    /// `None` where it is not shared. It tells nothing of the ingress key.
    pub documentation_key: Option<Secret>,
    /// Grows by one with every change.
    pub revision: u64,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
}

/// An ingress key that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousIngress {
    /// The key.
    pub key: Secret,
    /// It is accepted before this time, in Unix milliseconds.
    pub until_ms: i64,
}

impl Channel {
    /// What an adapter sees of it.
    pub fn view(&self) -> ChannelView {
        ChannelView {
            id: self.profile.id.clone(),
            name: self.profile.name.clone(),
            url: self.profile.url.as_deref().map(|url| url.trim_end_matches('/').to_owned()),
            settings: serde_json::Value::Object(self.profile.settings.clone()).to_string(),
        }
    }
}

/// A colour as `#RRGGBB`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(String);

impl Color {
    /// A colour from its parts.
    pub fn from_rgb(red: u8, green: u8, blue: u8) -> Self {
        Self(format!("#{red:02X}{green:02X}{blue:02X}"))
    }

    /// The colour as `#RRGGBB` in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Color {
    type Error = ColorError;

    fn try_from(value: String) -> Result<Self, ColorError> {
        let digits = value.strip_prefix('#').ok_or(ColorError)?;
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(value.to_ascii_uppercase()))
        } else {
            Err(ColorError)
        }
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.0
    }
}

/// Not a colour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a colour as #RRGGBB, e.g. #2A9D8F")]
pub struct ColorError;

/// Checks a channel's id.
///
/// # Errors
/// When it is not 1 to 64 characters of `a-z`, `0-9` and `-`.
pub fn validate_channel_id(id: &str) -> Result<(), InvalidChannelId> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=64).contains(&id.len()) && id.bytes().all(allowed) {
        Ok(())
    } else {
        Err(InvalidChannelId)
    }
}

/// Not a channel's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to 64 characters of a-z, 0-9 and -")]
pub struct InvalidChannelId;
