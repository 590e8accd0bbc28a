//! Messages to the chat.

use eclusa_adapter_sdk::prelude::*;
use serde::Serialize;

/// The request body: the canonical message, without the keys that say nothing,
/// in the order in which the README shows them.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    id: &'a str,
    conversation: &'a str,
    #[serde(flatten)]
    content: &'a Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Extra::is_empty")]
    extra: &'a Extra,
}

impl<'a> Body<'a> {
    pub(crate) fn new(message: &'a OutboundMessage) -> Result<Self, Problem> {
        if let Some(Media { source: MediaSource::Handle(handle), .. }) = message.content.media() {
            let kind = message.content.content_type();
            return Err(Problem::unsupported(
                "no_handles",
                format!("this chat takes files by URL, so `{handle}` means nothing to it"),
            )
            .at(format!("/{kind}/handle"))
            .action(format!("Give `{kind}.url`.")));
        }
        Ok(Self {
            id: &message.id,
            conversation: &message.conversation,
            content: &message.content,
            reply_to: message.reply_to.as_deref(),
            extra: &message.extra,
        })
    }
}
