//! Templates and interactive messages, which only WhatsApp has.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{self, Value};

/// Reads `extra.template` or `extra.interactive`: an object of WhatsApp's own,
/// which is sent instead of the text. The text is what the platform shows.
pub(crate) fn read(
    options: Node<'_>,
    content: &Content,
) -> Result<Option<(&'static str, Value)>, Problem> {
    let (kind, object) = match (options.get("template"), options.get("interactive")) {
        (None, None) => return Ok(None),
        (Some(template), None) => ("template", template),
        (None, Some(interactive)) => ("interactive", interactive),
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(
                "template_and_interactive",
                "`extra` holds both `template` and `interactive`, and a message is one of them",
            )
            .at("/extra")
            .action("Send two messages."));
        }
    };
    let pointer = format!("/extra/{kind}");
    if content.content_type() != ContentType::Text {
        return Err(Problem::invalid(
            "needs_text",
            format!("`extra.{kind}` is sent instead of a text, and this is another type"),
        )
        .at("/type")
        .action("Send it as a text that says what the person will read."));
    }
    if !object.is_object() {
        return Err(
            Problem::invalid("wrong_type", format!("`extra.{kind}` must be an object")).at(pointer)
        );
    }
    let value = serde_json::from_str(&object.to_json())
        .map_err(|error| Problem::invalid("malformed_json", error.to_string()).at(pointer))?;
    Ok(Some((kind, value)))
}
