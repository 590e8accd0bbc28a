//! Messages that were changed or taken back.

use eclusa_adapter_sdk::prelude::*;

use crate::content;
use crate::facts::{Facts, quoted};
use crate::findings::Findings;

/// Maps an edit: the message as it is now, under the id of the first one.
pub(crate) fn edit(
    facts: Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let edit = message.field("edit")?;
    let original = edit.field("original_message_id")?.id()?;
    let new = edit.field("message")?;
    let kind = new.field("type")?;
    let extra = facts.extra().with("edit_id", &facts.external_id);
    let (content, extra) = content::read(kind.text()?, new, extra).unwrap_or_else(|| {
        Err(Problem::unsupported(
            "unsupported_edit",
            format!("an edit of a message of the type `{}`", kind.text().unwrap_or_default()),
        )
        .at(kind.pointer()))
    })?;
    let message = InboundMessage {
        external_id: original,
        // When the message was first sent is not said.
        sent_at: None,
        reply_to: quoted(new),
        ..facts.message(content, extra)
    };
    findings.event(Event::Edited(MessageEdit { message, edited_at: facts.at }));
    Ok(())
}

/// Maps a message that was taken back by who sent it.
pub(crate) fn revoke(
    facts: Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let original = message.field("revoke")?.field("original_message_id")?.id()?;
    let extra = facts.extra().with("revoke_id", &facts.external_id).build();
    findings.event(Event::Deleted(MessageDeletion {
        external_id: original,
        conversation: facts.conversation,
        sender: Some(facts.sender),
        deleted_at: facts.at,
        extra,
    }));
    Ok(())
}
