//! What happened in an attendance, as the page shows it.

use std::collections::HashMap;

use eclusa_journal::{MessageState, Moment, SentBy};
use eclusa_model::{Attendance, Participant};
use serde::Deserialize;

use super::super::frame::Frame;
use super::content::Said;
use super::when::{self, When};

/// Something in the thread.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) at: When,
    /// A day begins with it: its name.
    pub(super) day: Option<String>,
    pub(super) what: What,
}

/// What a line is.
pub(super) enum What {
    /// Somebody said something.
    Message(Box<Bubble>),
    /// Something happened.
    Note(String),
}

/// A message in the thread.
pub(super) struct Bubble {
    pub(super) ours: bool,
    /// Who said it, where that is not who spoke before.
    pub(super) name: Option<String>,
    pub(super) quote: Option<Quote>,
    pub(super) said: Said,
    /// What it was before it was edited.
    pub(super) before: Option<Said>,
    pub(super) deleted: bool,
    pub(super) reactions: Vec<String>,
    /// How far it has come: the text that names it.
    pub(super) state: Option<&'static str>,
    /// Why it failed.
    pub(super) problem: Option<(String, Option<String>)>,
    /// An answer can name it.
    pub(super) answerable: bool,
}

/// The message that another one answers.
pub(super) struct Quote {
    pub(super) name: Option<String>,
    pub(super) text: String,
}

/// What the objects of moments have, as far as pages need it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parts {
    from: Option<Participant>,
    reply_to: Option<String>,
    emoji: Option<String>,
    removed: bool,
}

impl Parts {
    fn of(moment: &Moment) -> Self {
        serde_json::from_str(moment.object.get()).unwrap_or_default()
    }

    fn name(&self) -> Option<String> {
        self.from.as_ref().map(|from| from.name.clone().unwrap_or_else(|| from.id.clone()))
    }
}

/// What later moments of the same page say of a message.
#[derive(Default)]
struct Later<'a> {
    edit: Option<&'a Moment>,
    deleted: bool,
    /// By who reacted.
    reactions: Vec<(String, String)>,
}

/// The lines of a page of moments, oldest first. What is about a message of the same
/// page is shown with it.
pub(super) fn lines(at: &Frame, now_ms: i64, moments: &[Moment]) -> Vec<Line> {
    let messages: HashMap<&str, &Moment> = moments
        .iter()
        .filter(|it| is_message(&it.kind))
        .map(|moment| (moment.id.as_str(), moment))
        .collect();
    let by_chat: HashMap<&str, &Moment> = messages
        .values()
        .filter_map(|moment| Some((moment.external_id.as_deref()?, *moment)))
        .collect();
    let mut later: HashMap<&str, Later<'_>> = HashMap::new();
    for moment in moments {
        let about = moment.about.as_deref().filter(|about| messages.contains_key(about));
        if let Some(about) = about {
            note(later.entry(about).or_default(), moment);
        }
    }
    let mut lines = Vec::new();
    let (mut day, mut speaker) = (None, None);
    for moment in moments {
        let is_shown_there =
            moment.about.as_deref().is_some_and(|about| messages.contains_key(about));
        if is_shown_there {
            continue;
        }
        let when = When::new(at, now_ms, &moment.at);
        let new_day = when.day.filter(|_| when.day != day);
        if new_day.is_some() {
            (day, speaker) = (when.day, None);
        }
        let what = if is_message(&moment.kind) {
            let found = |id: &str| messages.get(id).or_else(|| by_chat.get(id)).copied();
            let later = later.remove(moment.id.as_str()).unwrap_or_default();
            let (bubble, name) = bubble(at, moment, later, found);
            let same = speaker.as_ref() == Some(&name);
            speaker = Some(name.clone());
            What::Message(Box::new(Bubble { name: name.filter(|_| !same), ..bubble }))
        } else {
            speaker = None;
            What::Note(happened(at, moment))
        };
        let day = new_day.map(|day| when::name(at, now_ms, day));
        lines.push(Line { id: moment.id.clone(), at: when, day, what });
    }
    lines
}

fn is_message(kind: &str) -> bool {
    matches!(kind, "message.received" | "message.sent" | "postback")
}

fn note<'a>(later: &mut Later<'a>, moment: &'a Moment) {
    match moment.kind.as_str() {
        "message.edited" => later.edit = Some(moment),
        "message.deleted" => later.deleted = true,
        "reaction" => {
            let parts = Parts::of(moment);
            let who = parts.from.as_ref().map(|from| from.id.clone()).unwrap_or_default();
            match parts.emoji {
                Some(emoji) if parts.removed => {
                    later.reactions.retain(|it| *it != (who.clone(), emoji.clone()));
                }
                None => later.reactions.retain(|(by, _)| *by != who),
                Some(emoji) => {
                    later.reactions.retain(|it| *it != (who.clone(), emoji.clone()));
                    later.reactions.push((who, emoji));
                }
            }
        }
        _ => {}
    }
}

/// A message, and who said it.
fn bubble<'a>(
    at: &Frame,
    moment: &Moment,
    later: Later<'_>,
    found: impl Fn(&str) -> Option<&'a Moment>,
) -> (Bubble, Option<String>) {
    let parts = Parts::of(moment);
    let ours = moment.kind == "message.sent";
    let said = said(moment);
    let (said, before) = match later.edit {
        Some(edit) => (self::said(edit), Some(said)),
        None => (said, None),
    };
    let quote = parts.reply_to.as_deref().map(|id| match found(id) {
        Some(answered) => quote(at, answered),
        None => Quote { name: None, text: at.say("inbox-quote-earlier").to_string() },
    });
    let problem = moment.problem.as_ref();
    let bubble = Bubble {
        ours,
        name: None,
        quote,
        said,
        before,
        deleted: later.deleted,
        reactions: later.reactions.into_iter().map(|(_, emoji)| emoji).collect(),
        state: moment.state.map(state_key),
        problem: problem.map(|problem| (problem.message.clone(), problem.action.clone())),
        answerable: !later.deleted && (!ours || moment.external_id.is_some()),
    };
    let name = match moment.sent_by {
        None => parts.name(),
        Some(SentBy::Platform) => None,
        Some(SentBy::Flow) => Some(at.say("inbox-by-flow").to_string()),
        Some(SentBy::Test) => Some(at.say("inbox-by-test").to_string()),
    };
    (bubble, name)
}

fn said(moment: &Moment) -> Said {
    Said::read(moment.kind == "postback", &moment.object)
}

/// A message in a few words, for the answer to it.
pub(super) fn quote(at: &Frame, moment: &Moment) -> Quote {
    Quote { name: Parts::of(moment).name(), text: said(moment).preview(at) }
}

fn state_key(state: MessageState) -> &'static str {
    match state {
        MessageState::Mapped | MessageState::Pushed | MessageState::Queued => "inbox-sent-queued",
        MessageState::Sent => "inbox-sent-sent",
        MessageState::Delivered => "inbox-sent-delivered",
        MessageState::Read => "inbox-sent-read",
        MessageState::Failed => "inbox-sent-failed",
    }
}

/// What happened, in a sentence.
fn happened(at: &Frame, moment: &Moment) -> String {
    let parts = Parts::of(moment);
    let name = parts.name().unwrap_or_else(|| at.say("inbox-somebody").to_string());
    match moment.kind.as_str() {
        "message.edited" => {
            let text = said(moment).preview(at);
            return at.say("inbox-note-edited").arg("name", name).arg("text", text).to_string();
        }
        "message.deleted" => return at.say("inbox-note-deleted").arg("name", name).to_string(),
        "reaction" => {
            let emoji = parts.emoji.unwrap_or_default();
            let key = match parts.removed {
                true => "inbox-note-reaction-removed",
                false => "inbox-note-reaction",
            };
            return at.say(key).arg("name", name).arg("emoji", emoji).to_string();
        }
        _ => {}
    }
    let Ok(attendance) = serde_json::from_str::<Attendance>(moment.object.get()) else {
        return moment.kind.clone();
    };
    let Attendance { protocol, queue, agent, changed_by, reason, .. } = attendance;
    let by = changed_by.unwrap_or_default();
    let text = match (moment.kind.as_str(), queue, agent) {
        ("attendance.opened", ..) => at.say("inbox-note-opened").arg("protocol", protocol),
        ("attendance.queued", Some(queue), _) => {
            at.say("inbox-note-queued-in").arg("queue", queue).arg("by", by)
        }
        ("attendance.queued", None, _) => at.say("inbox-note-queued").arg("by", by),
        ("attendance.assigned", _, agent) => {
            at.say("inbox-note-assigned").arg("agent", agent.unwrap_or_default())
        }
        ("attendance.transferred", _, Some(agent)) => {
            at.say("inbox-note-transferred-to").arg("agent", agent).arg("by", by)
        }
        ("attendance.transferred", Some(queue), None) => {
            at.say("inbox-note-transferred-in").arg("queue", queue).arg("by", by)
        }
        ("attendance.closed", ..) => at.say("inbox-note-closed").arg("by", by),
        _ => return moment.kind.clone(),
    };
    match reason {
        Some(reason) => format!("{text}: {reason}"),
        None => text.to_string(),
    }
}
