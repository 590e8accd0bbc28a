//! Answers to messages that cannot be named to the chat.

use eclusa_model::Warning;

/// The warning of a message that goes out without its `reply_to`, which was this id of
/// ours: better an answer that stands alone than none, or one to a stranger's message.
pub(crate) fn lost(reply_to: &str) -> Warning {
    Warning::degraded(
        "reply_to_unknown",
        format!(
            "the message goes out without `reply_to`: `{reply_to}` is not of this conversation, \
             was removed for its age, or has no id of the chat"
        ),
    )
    .at("/reply_to")
}
