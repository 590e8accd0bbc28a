//! What became of a request that was tried: what came in, which events it was, and how
//! far they have come, from the journal.

use eclusa_deploy::{DeployError, Replayed};
use eclusa_journal::MessageState;
use serde_json::Value;

use super::super::wrong::Wrong;
use crate::app::App;
use crate::problem::ApiProblem;

/// What became of it.
pub(super) enum Tried {
    /// It was recorded.
    Recorded(Box<Recorded>),
    /// It was answered, and there was nothing to record: a handshake.
    Answered { answer: String },
    /// The ingress refused it.
    Refused { status: u16, wrong: Wrong, again: bool },
    /// It could not be signed here.
    NotSigned { why: String },
}

/// A request that was recorded.
pub(super) struct Recorded {
    pub(super) id: String,
    /// By which scheme it was verified.
    pub(super) verified_by: String,
    pub(super) raw: String,
    pub(super) events: Vec<String>,
    pub(super) problem: Option<String>,
    pub(super) messages: Vec<MessageView>,
}

/// A message that it brought.
pub(super) struct MessageView {
    pub(super) id: String,
    /// The text that names its state.
    pub(super) state: &'static str,
    /// An earlier request brought it.
    pub(super) known: bool,
}

/// So many messages of a request are shown.
const MOST: usize = 20;

/// A recorded request of this channel, and those of its messages, whose ids are given.
pub(super) async fn recorded(
    app: &App,
    channel: &str,
    request: &str,
    messages: &str,
) -> Result<Option<Recorded>, ApiProblem> {
    let replay = match app.deployer.replay(request, None).await {
        Ok(replay) => replay,
        Err(DeployError::Unknown { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Replayed::Request(record) = &replay.replayed else { return Ok(None) };
    if replay.channel != channel || record.id != request {
        return Ok(None);
    }
    let raw = &record.raw;
    let mut text = format!("{} …{}", raw.method, raw.path);
    for (index, (name, value)) in raw.query.iter().enumerate() {
        let sign = if index == 0 { '?' } else { '&' };
        text.push_str(&format!("{sign}{name}={value}"));
    }
    for (name, value) in &raw.headers {
        text.push_str(&format!("\n{name}: {value}"));
    }
    if !raw.body.is_empty() {
        text.push_str(&format!("\n\n{}", raw.body));
    }
    let events = replay.then.get("events").and_then(Value::as_array);
    let mut views = Vec::new();
    for id in messages.split(',').filter(|id| !id.is_empty()).take(MOST) {
        let found = app.journal.message(id.to_owned()).await?;
        let Some(message) = found.filter(|it| it.channel == channel) else { continue };
        let state = match message.state {
            MessageState::Pushed => "doc-state-pushed",
            MessageState::Failed => "state-failed",
            _ => "doc-state-recorded",
        };
        let known = message.request.as_ref().is_none_or(|it| it.id != request);
        views.push(MessageView { id: message.id, state, known });
    }
    Ok(Some(Recorded {
        id: record.id.clone(),
        verified_by: record.verified_by.clone().unwrap_or_default(),
        raw: text,
        events: events
            .into_iter()
            .flatten()
            .filter_map(|event| serde_json::to_string_pretty(event).ok())
            .collect(),
        problem: record.problem.as_ref().map(ToString::to_string),
        messages: views,
    }))
}
