//! Which letters: the options that `list` and `redrive` share.

use clap::ValueEnum;
use serde_json::{Map, Value};

use crate::cli::failure::Failure;
use crate::cli::names;

/// What could not be handed on or mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// To a chat.
    Message,
    /// For the platform.
    Event,
    /// From a chat, and no adapter could map it.
    Request,
}

/// Which letters.
#[derive(Debug, clap::Args)]
pub(super) struct Filter {
    /// Only of this kind.
    #[arg(long)]
    kind: Option<Kind>,
    /// Only of this channel.
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Only of this conversation.
    #[arg(long, value_name = "CONVERSATION")]
    conversation: Option<String>,
    /// Only with this code, e.g. platform_unavailable.
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Only where a build of this adapter failed.
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Only where this build failed: the first digits of its SHA-256.
    #[arg(long, value_name = "REVISION")]
    failed_in: Option<String>,
    /// Only those that died then or later, e.g. 2026-03-01T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    after_time: Option<String>,
}

impl Filter {
    /// As the API takes it.
    pub(super) fn document(&self) -> Result<Map<String, Value>, Failure> {
        let kind = self.kind.and_then(|kind| kind.to_possible_value());
        let fields = [
            ("kind", kind.map(|kind| kind.get_name().to_owned())),
            (
                "channel",
                self.channel.as_deref().map(names::channel).transpose()?.map(str::to_owned),
            ),
            ("conversation", self.conversation.clone()),
            ("code", self.code.clone()),
            (
                "adapter",
                self.adapter.as_deref().map(names::adapter).transpose()?.map(str::to_owned),
            ),
            ("revision", self.failed_in.as_deref().map(names::revision).transpose()?),
            ("after_time", self.after_time.clone()),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Ok(given.map(|(name, value)| (name.to_owned(), Value::String(value))).collect())
    }

    /// As the query of a list.
    pub(super) fn query(&self) -> Result<String, Failure> {
        let document = self.document()?;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(
            document.iter().filter_map(|(name, value)| Some((name, value.as_str()?))),
        );
        Ok(query.finish())
    }
}
