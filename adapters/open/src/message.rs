//! Messages to the chat.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{self, Value};

/// `{"id","conversation","type",<type>,"reply_to"?,"extra"?}`.
pub(crate) fn to_json(message: &OutboundMessage) -> Result<Value, Problem> {
    let handle = message.content.media().and_then(|media| match &media.source {
        MediaSource::Handle(handle) => Some(handle),
        MediaSource::Url(_) => None,
    });
    if let Some(handle) = handle {
        let kind = message.content.content_type();
        return Err(Problem::unsupported(
            "no_handles",
            format!("this chat takes files by URL, so `{handle}` means nothing to it"),
        )
        .at(format!("/{kind}/handle"))
        .action(format!("Give `{kind}.url`.")));
    }
    let mut value = serde_json::to_value(message)
        .map_err(|error| Problem::invalid("unwritable", error.to_string()))?;
    if let Value::Object(fields) = &mut value {
        if message.reply_to.is_none() {
            fields.remove("reply_to");
        }
        if message.extra.is_empty() {
            fields.remove("extra");
        }
    }
    Ok(value)
}
