//! What was said, ready for a page.

use axum::http::StatusCode;
use eclusa_journal::{MessageState, Said, SentBy, rfc3339};
use eclusa_model::Content;
use serde::Deserialize;
use ulid::Ulid;

use super::super::format;
use super::super::frame::Frame;
use super::super::message::Shown;
use crate::problem::ApiProblem;

/// Something that was said.
pub(super) struct Entry {
    /// Ours, for its trace.
    pub(super) id: String,
    /// The day, where it is another than that of what was said before.
    pub(super) day: Option<String>,
    /// RFC 3339.
    pub(super) at: String,
    /// It went to the chat.
    pub(super) ours: bool,
    /// Who said it.
    pub(super) who: String,
    pub(super) what: What,
    /// Of an answer: the text that names how far it has come.
    pub(super) state: Option<&'static str>,
}

/// What it was.
pub(super) enum What {
    Message(Box<Content>),
    /// A button was pressed: what stood on it, or the value that it carries.
    Pressed(String),
}

impl Entry {
    /// A message's content as HTML.
    pub(super) fn shown<'a>(&self, at: &'a Frame, content: &'a Content) -> Shown<'a> {
        Shown::new(at, content)
    }
}

/// What an object says of who wrote, and of a button.
#[derive(Deserialize)]
struct Object {
    from: Option<Sender>,
    title: Option<String>,
    payload: Option<String>,
}

#[derive(Deserialize)]
struct Sender {
    id: String,
    name: Option<String>,
}

/// All of a page, oldest first.
pub(super) fn entries(at: &Frame, said: &[Said]) -> Result<Vec<Entry>, ApiProblem> {
    let unreadable = |error: serde_json::Error| {
        let detail = format!("a message that was recorded cannot be read: {error}");
        ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    };
    let mut entries = Vec::with_capacity(said.len());
    let mut last = None;
    for said in said {
        let Object { from, title, payload } =
            serde_json::from_str(said.object.get()).map_err(unreadable)?;
        let what = match said.kind.as_str() {
            "postback" => What::Pressed(title.or(payload).unwrap_or_default()),
            _ => What::Message(serde_json::from_str(said.object.get()).map_err(unreadable)?),
        };
        // An id holds when it was recorded.
        let ms = Ulid::from_string(&said.id).map_or(0, |id| id.timestamp_ms());
        let ms = i64::try_from(ms).unwrap_or_default();
        let day = at.zone().local(ms).date();
        entries.push(Entry {
            id: said.id.clone(),
            day: (last != Some(day)).then(|| format::day(at.language, day)),
            at: rfc3339(ms),
            ours: said.sent_by.is_some(),
            who: match (said.sent_by, from) {
                (None, from) => from.map(|from| from.name.unwrap_or(from.id)).unwrap_or_default(),
                (Some(SentBy::Platform), _) => at.say("attendance-us").to_string(),
                (Some(SentBy::Flow), _) => at.say("attendance-flow").to_string(),
                (Some(SentBy::Test), _) => at.say("attendance-test").to_string(),
            },
            what,
            state: said.state.map(state_key),
        });
        last = Some(day);
    }
    Ok(entries)
}

fn state_key(state: MessageState) -> &'static str {
    match state {
        MessageState::Mapped | MessageState::Pushed | MessageState::Queued => "said-queued",
        MessageState::Sent => "said-sent",
        MessageState::Delivered => "said-delivered",
        MessageState::Read => "said-read",
        MessageState::Failed => "said-failed",
    }
}
