//! What waits, and goes on: journal, adapter in the sandbox, HTTP, restarts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test fails by panicking; what is shared is not used by every test file"
)]

mod held;
mod pauses;
mod secret_host;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{Destination, Journal, Lane, Target};
use eclusa_relay::{Relay, WaitingLane};
use serde_json::json;
use support::journals::{Memory, Sqlite};
use support::{Seen, Server, Setup, adapter, channel, eventually};

macro_rules! suite {
    ($($module:ident: $($case:ident)+;)+) => {
        mod memory {
            $($(#[tokio::test]
            async fn $case() {
                crate::$module::$case(&crate::Memory).await;
            })+)+
        }
        mod sqlite {
            $($(#[tokio::test]
            async fn $case() {
                crate::$module::$case(&crate::Sqlite::default()).await;
            })+)+
        }
    };
}

suite! {
    held:
        a_conversation_is_held_until_its_letter_is_redriven
        a_conversation_is_held_until_its_letter_is_discarded;
    pauses:
        a_chat_that_is_gone_is_paused_and_its_messages_keep_their_attempts
        what_a_person_paused_waits_over_a_restart
        dead_letters_in_a_row_pause
        a_deleted_channel_is_not_paused;
}

/// The channel `sales` on a chat that takes JSON.
fn open<J: Journal>(journal: Arc<J>, chat: &Server) -> Setup<J> {
    let channel = channel("open", &chat.url, &[], json!({}));
    Setup::on(journal, channel, Some(adapter("adapters", "open")))
}

/// Submits a text and returns its id.
async fn say(journal: &Arc<impl Journal>, conversation: &str, text: &str) -> String {
    support::say(journal, conversation, text, json!({})).await
}

fn sales() -> Destination {
    Destination::Chat { channel: "sales".to_owned() }
}

/// What waits for the chat in a conversation, once something does.
async fn lane(relay: &Relay, conversation: &str) -> WaitingLane {
    let lane = Lane {
        target: Target::Chat,
        channel: "sales".to_owned(),
        conversation: conversation.to_owned(),
    };
    let handle = relay.handle();
    eventually("a lane", async || handle.waiting_in(lane.clone()).await.unwrap()).await
}

/// The same, once it waits for this.
async fn lane_that_waits_for(relay: &Relay, conversation: &str, code: &str) -> WaitingLane {
    eventually(code, async || {
        let lane = lane(relay, conversation).await;
        (lane.reason.code == code).then_some(lane)
    })
    .await
}

fn texts(seen: &[Seen]) -> Vec<String> {
    let text = |seen: &Seen| seen.json()["text"]["body"].as_str().unwrap().to_owned();
    seen.iter().map(text).collect()
}

fn audit(action: AuditAction) -> AuditEntry {
    let subject = AuditSubject::new(SubjectKind::Channel, "sales");
    AuditEntry::new(1_700_000_000_000, "ana", action, subject, "")
}
