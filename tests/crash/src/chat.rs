//! What the chats of the run speak.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::api::text;

/// A channel of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) id: &'static str,
    pub(crate) adapter: &'static str,
}

/// Two of Eclusa's own JSON, and one whose adapter is swapped meanwhile.
pub(crate) const CHANNELS: [Channel; 3] = [
    Channel { id: "site", adapter: "open" },
    Channel { id: "app", adapter: "open" },
    Channel { id: "shop", adapter: "shop" },
];

impl Channel {
    /// A person's message; its number is in its text.
    pub(crate) fn request(self, conversation: &str, number: usize, words: &str) -> String {
        let (id, at) = (external_id(conversation, number), "2026-03-01T12:00:00Z");
        let (user, name) = (format!("u-{conversation}"), "Ana Souza");
        let request = match self.adapter {
            "shop" => json!({
                "id": id, "thread": conversation, "user": { "id": user, "name": name }, "at": at,
                "kind": "text", "text": words, "order": "A-1", "lang": "pt",
                "cart": { "items": 2, "total": "59.90" },
            }),
            _ => json!({
                "id": id, "conversation": conversation, "from": { "id": user, "name": name },
                "type": "text", "text": { "body": words }, "sent_at": at,
            }),
        };
        request.to_string()
    }

    /// What the chat was sent: the host's id, the conversation, and the number.
    pub(crate) fn read(self, request: &Value) -> anyhow::Result<(String, String, usize)> {
        let [id, conversation, body] = match self.adapter {
            "shop" => ["/ref", "/thread", "/text"],
            _ => ["/id", "/conversation", "/text/body"],
        };
        let number = number(text(request, body)?)?;
        Ok((text(request, id)?.to_owned(), text(request, conversation)?.to_owned(), number))
    }
}

/// The chat's id of a message.
pub(crate) fn external_id(conversation: &str, number: usize) -> String {
    format!("{conversation}-{number}")
}

/// A message's text: its number, and so many bytes more.
pub(crate) fn words(number: usize, padding: usize) -> String {
    format!("{number} {}", "x".repeat(padding))
}

/// The number in a text.
pub(crate) fn number(words: &str) -> anyhow::Result<usize> {
    let number = words.split(' ').next().unwrap_or_default();
    number.parse().with_context(|| format!("no number in {words:.40}"))
}

/// Whether an event tells of an attendance: no person's message.
pub(crate) fn is_of_attendance(event: &Value) -> bool {
    text(event, "/type").is_ok_and(|kind| kind.starts_with("attendance."))
}

/// An event: its id, the channel, the conversation and the number of its message.
pub(crate) fn read_event(event: &Value) -> anyhow::Result<(String, String, String, usize)> {
    anyhow::ensure!(text(event, "/type")? == "message.received", "an event of nobody: {event}");
    let conversation = text(event, "/message/conversation")?.to_owned();
    let number = number(text(event, "/message/text/body")?)?;
    let (external, id) = (text(event, "/message/external_id")?, text(event, "/message/id")?);
    anyhow::ensure!(external == external_id(&conversation, number), "{external} holds {number}");
    anyhow::ensure!(id == text(event, "/id")?, "the message of event {event} is {id}");
    Ok((id.to_owned(), text(event, "/channel/id")?.to_owned(), conversation, number))
}
