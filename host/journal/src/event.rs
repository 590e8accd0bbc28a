//! An event made ready for storing, all but its id.

use eclusa_flow::Input;
use eclusa_model::{
    AttendanceContact, DeliveryState, Event, MessageStatus, Participant, Problem, Warning,
};
use sha2::{Digest, Sha256};

use crate::AcceptedEvent;
use crate::id::Ids;
use crate::key::{self, Key};
use crate::{believed, body};

/// The kinds of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Received,
    Edited,
    Deleted,
    Status,
    Reaction,
    Typing,
    Postback,
    Opened,
    Queued,
    Assigned,
    Transferred,
    Closed,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::Received,
        Self::Edited,
        Self::Deleted,
        Self::Status,
        Self::Reaction,
        Self::Typing,
        Self::Postback,
        Self::Opened,
        Self::Queued,
        Self::Assigned,
        Self::Transferred,
        Self::Closed,
    ];

    /// The event's `type` in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Received => "message.received",
            Self::Edited => "message.edited",
            Self::Deleted => "message.deleted",
            Self::Status => "message.status",
            Self::Reaction => "reaction",
            Self::Typing => "typing",
            Self::Postback => "postback",
            Self::Opened => "attendance.opened",
            Self::Queued => "attendance.queued",
            Self::Assigned => "attendance.assigned",
            Self::Transferred => "attendance.transferred",
            Self::Closed => "attendance.closed",
        }
    }

    /// The kind with this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The name of the event's object in JSON.
    pub(crate) fn object(self) -> &'static str {
        match self {
            Self::Received | Self::Edited | Self::Deleted => "message",
            Self::Status => "status",
            Self::Reaction => "reaction",
            Self::Typing => "typing",
            Self::Postback => "postback",
            Self::Opened | Self::Queued | Self::Assigned | Self::Transferred | Self::Closed => {
                "attendance"
            }
        }
    }

    fn of(event: &Event) -> Self {
        match event {
            Event::Message(_) => Self::Received,
            Event::Edited(_) => Self::Edited,
            Event::Deleted(_) => Self::Deleted,
            Event::Status(_) => Self::Status,
            Event::Reaction(_) => Self::Reaction,
            Event::Typing(_) => Self::Typing,
            Event::Postback(_) => Self::Postback,
        }
    }
}

/// Whether an event is a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Novelty {
    New,
    /// It was recorded before.
    Duplicate,
    /// It is a message to the chat, which the chat reports as a new one.
    Echo,
}

/// What became of an event: its number, or that of what it is the same as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recorded {
    pub(crate) id: i64,
    pub(crate) novelty: Novelty,
}

impl Recorded {
    /// For who asked.
    pub(crate) fn told(self, ids: Ids, external_id: Option<String>) -> AcceptedEvent {
        let id = ids.text(self.id);
        let message = external_id.map(|external_id| (id.clone(), external_id));
        let duplicate = self.novelty != Novelty::New;
        AcceptedEvent { id, message, duplicate, echo: self.novelty == Novelty::Echo }
    }
}

/// What the record of a request says of an echo in it.
pub(crate) fn echo_warning(event: &PreparedEvent) -> Warning {
    let id = event.external_id.as_deref().unwrap_or_default();
    let message = format!("the message `{id}` was sent through this host; it is no new one");
    Warning::ignored("echo", message)
}

/// The message that an event is about.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// None, or itself.
    None,
    /// A message of either direction.
    Message { inbound: Key, outbound: Key },
    /// An outbound message, of which it tells how far it has come.
    Status(StatusNews),
}

/// What a status says about an outbound message.
#[derive(Debug, Clone)]
pub(crate) struct StatusNews {
    /// The message in the status's conversation, if it names one.
    pub(crate) exact: Option<Key>,
    /// The message in any conversation of the channel.
    pub(crate) anywhere: Key,
    /// Where to keep it until the message's external id is known.
    pub(crate) early: Key,
    /// How far the message has come.
    pub(crate) state: DeliveryState,
    /// Why it failed.
    pub(crate) problem: Option<Problem>,
}

/// An event made ready for storing.
#[derive(Debug, Clone)]
pub(crate) struct PreparedEvent {
    pub(crate) kind: Kind,
    /// Empty where the event leaves it open.
    pub(crate) conversation: String,
    /// Makes the conversation a known one.
    pub(crate) conversation_key: Option<Key>,
    /// What the same event has in common; typing has nothing.
    pub(crate) dedupe: Option<Key>,
    /// Of a message received: the message to the chat that it would be an echo of.
    pub(crate) echo_of: Option<Key>,
    /// Of a message received or a postback: who opens an attendance by it where none
    /// is open.
    pub(crate) contact: Option<AttendanceContact>,
    /// The same as a flow takes it.
    pub(crate) input: Option<Input>,
    /// Of a message received or edited.
    pub(crate) external_id: Option<String>,
    /// The chat's time, where it can be believed.
    pub(crate) occurred_at: Option<String>,
    pub(crate) subject: Subject,
    /// See [`body`].
    pub(crate) body: String,
}

impl PreparedEvent {
    /// Makes an event of a channel ready.
    ///
    /// # Errors
    /// Those of the JSON serializer.
    pub(crate) fn new(
        channel: &str,
        received_at: &str,
        event: Event,
    ) -> Result<Self, serde_json::Error> {
        let (subject, external_id, body) = match &event {
            Event::Message(message) => (
                Subject::None,
                Some(message.external_id.clone()),
                body::of_message(message, received_at)?,
            ),
            Event::Edited(edit) => (
                any_message(channel, &edit.message.conversation, &edit.message.external_id),
                Some(edit.message.external_id.clone()),
                body::of_message(&edit.message, received_at)?,
            ),
            Event::Deleted(deletion) => (
                any_message(channel, &deletion.conversation, &deletion.external_id),
                None,
                body::of_object(deletion)?,
            ),
            Event::Status(status) => {
                (Subject::Status(StatusNews::new(channel, status)), None, body::of_status(status)?)
            }
            Event::Reaction(reaction) => (
                any_message(channel, &reaction.conversation, &reaction.target),
                None,
                body::of_object(reaction)?,
            ),
            Event::Typing(typing) => (Subject::None, None, body::of_object(typing)?),
            Event::Postback(postback) => (Subject::None, None, body::of_object(postback)?),
        };
        Ok(Self {
            kind: Kind::of(&event),
            conversation_key: event.conversation().map(|name| key::conversation(channel, name)),
            conversation: event.conversation().unwrap_or_default().to_owned(),
            dedupe: dedupe_key(channel, &event)?,
            echo_of: match &event {
                Event::Message(message) => {
                    Some(key::outbound(channel, &message.conversation, &message.external_id))
                }
                _ => None,
            },
            contact: match &event {
                Event::Message(message) => Some(contact(&message.sender)),
                Event::Postback(postback) => Some(contact(&postback.sender)),
                _ => None,
            },
            input: match &event {
                Event::Message(message) => Some(Input::of_content(&message.content)),
                Event::Postback(postback) => Some(Input::Presses {
                    payload: postback.payload.clone(),
                    title: postback.title.clone(),
                }),
                _ => None,
            },
            external_id,
            occurred_at: believed(event.occurred_at(), received_at).map(str::to_owned),
            subject,
            body,
        })
    }
}

impl StatusNews {
    fn new(channel: &str, status: &MessageStatus) -> Self {
        let id = &status.external_id;
        Self {
            exact: status.conversation.as_ref().map(|name| key::outbound(channel, name, id)),
            anywhere: key::outbound_anywhere(channel, id),
            early: key::early_status(channel, id, state_name(status.state)),
            state: status.state,
            problem: crate::state::status_problem(status.state, &status.errors),
        }
    }
}

/// The name of a state in JSON.
pub(crate) fn state_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Sent => "sent",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Read => "read",
        DeliveryState::Failed => "failed",
    }
}

fn contact(sender: &Participant) -> AttendanceContact {
    AttendanceContact { id: sender.id.clone(), name: sender.name.clone() }
}

fn any_message(channel: &str, conversation: &str, external_id: &str) -> Subject {
    Subject::Message {
        inbound: key::inbound(channel, conversation, external_id),
        outbound: key::outbound(channel, conversation, external_id),
    }
}

fn dedupe_key(channel: &str, event: &Event) -> Result<Option<Key>, serde_json::Error> {
    let kind = event.type_name();
    let key = match event {
        Event::Message(message) => {
            key::inbound(channel, &message.conversation, &message.external_id)
        }
        Event::Edited(edit) => {
            // A chat without times of change may set a text back to what it was:
            // that is taken for the first of the two.
            let content = Sha256::digest(serde_json::to_string(&edit.message.content)?);
            let parts = [
                edit.message.conversation.as_str(),
                &edit.message.external_id,
                optional(&edit.edited_at),
                &hex::encode(content),
            ];
            key::event(kind, channel, &parts)
        }
        Event::Deleted(deletion) => {
            key::event(kind, channel, &[&deletion.conversation, &deletion.external_id])
        }
        Event::Status(status) => {
            let state = state_name(status.state);
            key::event(kind, channel, &[&status.external_id, state, optional(&status.at)])
        }
        Event::Reaction(reaction) => {
            let parts = [
                reaction.conversation.as_str(),
                &reaction.target,
                &reaction.sender.id,
                optional(&reaction.emoji),
                if reaction.removed { "removed" } else { "added" },
                optional(&reaction.at),
            ];
            key::event(kind, channel, &parts)
        }
        Event::Typing(_) => return Ok(None),
        Event::Postback(postback) => {
            key::event(kind, channel, &[&postback.conversation, &postback.external_id])
        }
    };
    Ok(Some(key))
}

fn optional(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}
