//! What all `send…` methods share: the chat, the message to answer, and the
//! options which `extra` may carry.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

/// Options of the Bot API that `extra` may carry.
const OPTIONS: &[&str] = &[
    "allow_paid_broadcast",
    "business_connection_id",
    "direct_messages_topic_id",
    "disable_notification",
    "link_preview_options",
    "message_effect_id",
    "message_thread_id",
    "protect_content",
    "reply_markup",
];

/// Of these, the ids which the Bot API wants as numbers.
const NUMBERS: &[&str] = &["direct_messages_topic_id", "message_thread_id"];

/// The parameters that all methods share, and what could not be taken over.
pub(crate) fn shared(
    message: &OutboundMessage,
) -> Result<(Map<String, Value>, Vec<Warning>), Problem> {
    let mut parameters = Map::new();
    let mut warnings = Vec::new();
    parameters.insert("chat_id".to_owned(), chat_id(&message.conversation)?);
    if let Some(id) = &message.reply_to {
        match id.parse::<i32>() {
            Ok(id) => {
                let answered = json!({ "message_id": id, "allow_sending_without_reply": true });
                parameters.insert("reply_parameters".to_owned(), answered);
            }
            Err(_) => warnings.push(
                Warning::degraded(
                    "reply_dropped",
                    format!("`{id}` is no message id of Telegram's: sent without an answer mark"),
                )
                .at("/reply_to"),
            ),
        }
    }
    let extra: Map<String, Value> =
        serde_json::from_str(message.extra.as_json()).unwrap_or_default();
    let is_text = message.content.content_type() == ContentType::Text;
    let mut unread = Vec::new();
    for (name, value) in extra {
        let known = OPTIONS.contains(&name.as_str()) && (is_text || name != "link_preview_options");
        if known {
            let value = if NUMBERS.contains(&name.as_str()) { number(value) } else { value };
            parameters.insert(name, value);
        } else {
            unread.push(name);
        }
    }
    if !unread.is_empty() {
        warnings.push(
            Warning::degraded(
                "extra_unread",
                format!("this adapter does not read these of `extra`: {}", unread.join(", ")),
            )
            .at("/extra"),
        );
    }
    Ok((parameters, warnings))
}

/// A chat's id is a number; a public channel or group also has a `@name`.
fn chat_id(conversation: &str) -> Result<Value, Problem> {
    if let Ok(id) = conversation.parse::<i64>() {
        return Ok(id.into());
    }
    if conversation.starts_with('@') {
        return Ok(conversation.into());
    }
    Err(Problem::refused(
        "bad_conversation",
        format!("`{conversation}` is no chat of Telegram's, expected a number or a `@name`"),
    )
    .at("/conversation")
    .action("Send to the `conversation` of a message which came from this channel."))
}

/// Ids travel as strings; what is no number is left for Telegram to refuse.
fn number(value: Value) -> Value {
    match value.as_str().map(str::parse::<i64>) {
        Some(Ok(number)) => number.into(),
        _ => value,
    }
}
