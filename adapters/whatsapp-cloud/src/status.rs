//! News about messages that the business sent.

use eclusa_adapter_sdk::prelude::*;

use crate::error::ChatError;
use crate::facts::{rest, time};
use crate::findings::Findings;
use crate::value::Scene;

/// Fields of a status that have a place of their own.
const PLACED: [&str; 5] = ["id", "status", "timestamp", "recipient_id", "errors"];

/// Maps one status.
pub(crate) fn read(
    scene: Scene<'_>,
    status: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let external_id = status.field("id")?.id()?;
    let name = status.field("status")?;
    let at = time(status, findings);
    let conversation =
        [&["recipient_id"][..], &["recipient_user_id"], &["message", "recipient_id"]]
            .iter()
            .find_map(|path| status.find(path)?.id().ok());
    let mut extra = rest(ExtraBuilder::new(), status, &PLACED);
    let state = match name.text()? {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        // Who listened to a voice message has seen it too.
        "played" => {
            extra = extra.with("status", "played");
            DeliveryState::Read
        }
        "failed" => DeliveryState::Failed,
        // The one status about a message from the person, not to them.
        "deleted" => {
            let extra = extra.with_node("business", scene.business()).build();
            findings.event(Event::Deleted(MessageDeletion {
                external_id,
                conversation: conversation
                    .ok_or_else(|| status.expected("a status with `recipient_id`"))?,
                sender: None,
                deleted_at: at,
                extra,
            }));
            return Ok(());
        }
        other => {
            return Err(Problem::unsupported(
                "unknown_status",
                format!("the status `{other}` of the message {external_id}"),
            )
            .at(name.pointer()));
        }
    };
    let mut errors = Vec::new();
    if state == DeliveryState::Failed {
        errors = ChatError::list(status).into_iter().map(DeliveryError::from).collect();
    } else {
        extra = extra.with_node("errors", status.get("errors"));
    }
    findings.event(Event::Status(MessageStatus {
        external_id,
        conversation,
        state,
        at,
        errors,
        extra: extra.with_node("business", scene.business()).build(),
    }));
    Ok(())
}
