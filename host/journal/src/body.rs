//! The JSON of events and messages: what is stored, and what is read.
//!
//! Stored is the inner part of the object that does not depend on the journal's
//! ids, without its opening brace; what columns hold anyway is put before it
//! when it is read. So no JSON is stored twice, and none is made while other
//! writers wait.

use eclusa_model::{
    Attendance, AttendanceRef, AttendanceState, Content, DeliveryError, DeliveryState, Extra,
    InboundMessage, MessageStatus, OutboundMessage, Problem, Protocol,
};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::event::Kind;
use crate::id::Ids;
use crate::{Moment, StoredEvent, Submit};

/// The stored part of a message received or edited.
pub(crate) fn of_message(
    message: &InboundMessage,
    received_at: &str,
) -> Result<String, serde_json::Error> {
    of_object(&MessagePart { message, received_at })
}

/// The stored part of a status, whose conversation may be found out later.
pub(crate) fn of_status(status: &MessageStatus) -> Result<String, serde_json::Error> {
    of_object(&StatusPart {
        external_id: &status.external_id,
        state: status.state,
        at: &status.at,
        errors: &status.errors,
        extra: &status.extra,
    })
}

/// The stored part of any other object.
pub(crate) fn of_object(object: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut json = serde_json::to_string(object)?;
    json.remove(0);
    Ok(json)
}

/// The stored part of a message to a chat.
pub(crate) fn of_submit(submit: &Submit) -> Result<String, serde_json::Error> {
    of_outbound(&OutboundMessage {
        id: String::new(),
        conversation: submit.conversation.clone(),
        content: submit.content.clone(),
        reply_to: submit.reply_to.clone(),
        extra: submit.extra.clone(),
    })
}

/// The stored part of what a flow says to a chat.
pub(crate) fn of_flow(conversation: &str, content: Content) -> Result<String, serde_json::Error> {
    of_outbound(&OutboundMessage {
        id: String::new(),
        conversation: conversation.to_owned(),
        content,
        reply_to: None,
        extra: Extra::default(),
    })
}

/// A message's id is not stored in it.
fn of_outbound(message: &OutboundMessage) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(message)?;
    Ok(json.strip_prefix("{\"id\":\"\",").unwrap_or(&json).to_owned())
}

/// The stored part of what an event tells of an attendance, whose id is empty.
pub(crate) fn of_attendance(attendance: &Attendance) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(attendance)?;
    Ok(json.strip_prefix("{\"id\":\"\",").unwrap_or(&json).to_owned())
}

/// An attendance as it was when an event told of it.
pub(crate) fn attendance(id: &str, body: &str) -> Result<Attendance, serde_json::Error> {
    let mut head = Head::new();
    head.put("id", id)?;
    serde_json::from_str(head.close(body)?.get())
}

/// A message to a chat as the adapter gets it.
pub(crate) fn outbound_message(
    id: String,
    body: &str,
) -> Result<OutboundMessage, serde_json::Error> {
    let message: OutboundMessage = serde_json::from_str(&format!("{{{body}"))?;
    Ok(OutboundMessage { id, ..message })
}

/// A message to a chat as the trace shows it.
pub(crate) fn outbound_json(
    id: &str,
    channel: &str,
    body: &str,
) -> Result<Box<RawValue>, serde_json::Error> {
    let mut head = Head::new();
    head.put("id", id)?;
    head.put("channel", channel)?;
    head.close(body)
}

/// An event's columns.
pub(crate) struct EventParts<'a> {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) channel: &'a str,
    pub(crate) conversation: &'a str,
    pub(crate) occurred_at: Option<&'a str>,
    pub(crate) received_at: &'a str,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) message: Option<i64>,
    pub(crate) late: bool,
    /// What it belongs to: number, state then.
    pub(crate) attendance: Option<(i64, Protocol, AttendanceState)>,
    pub(crate) body: &'a str,
}

impl EventParts<'_> {
    /// The event as it is handed on.
    pub(crate) fn stored(&self, ids: Ids) -> Result<StoredEvent, serde_json::Error> {
        Ok(StoredEvent {
            id: ids.text(self.id),
            kind: self.kind.as_str().to_owned(),
            channel: self.channel.to_owned(),
            occurred_at: self.occurred_at.unwrap_or(self.received_at).to_owned(),
            received_at: self.received_at.to_owned(),
            late: self.late,
            attendance: self.attendance.map(|(id, protocol, state)| AttendanceRef {
                id: ids.text(id),
                protocol,
                state,
            }),
            object: (self.kind.object().to_owned(), self.object(ids)?),
        })
    }

    /// The event as something that happened in an attendance.
    pub(crate) fn moment(&self, ids: Ids) -> Result<Moment, serde_json::Error> {
        Ok(Moment {
            id: ids.text(self.id),
            kind: self.kind.as_str().to_owned(),
            at: self.occurred_at.unwrap_or(self.received_at).to_owned(),
            state: None,
            sent_by: None,
            problem: None,
            external_id: self.external_id.map(str::to_owned),
            about: self.message.map(|message| ids.text(message)),
            object: self.object(ids)?,
        })
    }

    /// Its object.
    pub(crate) fn object(&self, ids: Ids) -> Result<Box<RawValue>, serde_json::Error> {
        let mut head = Head::new();
        if self.kind.object() == "attendance" {
            head.put("id", &self.attendance.map(|(id, ..)| ids.text(id)))?;
            return head.close(self.body);
        }
        let is_message = matches!(self.kind, Kind::Received | Kind::Edited);
        if is_message {
            // A message has the id of the event that first told of it.
            head.put("id", &ids.text(self.message.unwrap_or(self.id)))?;
        }
        if let Some(message) = self.message {
            head.put("message_id", &ids.text(message))?;
        }
        head.put("channel", self.channel)?;
        if is_message || self.kind == Kind::Status {
            let known = !self.conversation.is_empty();
            head.put("conversation", &known.then_some(self.conversation))?;
        }
        if let Some(external_id) = self.external_id {
            head.put("external_id", external_id)?;
        }
        head.close(self.body)
    }
}

/// The beginning of an object, before its stored part.
struct Head(String);

impl Head {
    fn new() -> Self {
        Self("{".to_owned())
    }

    fn put<T: Serialize + ?Sized>(
        &mut self,
        key: &str,
        value: &T,
    ) -> Result<(), serde_json::Error> {
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
        self.0.push_str(&serde_json::to_string(value)?);
        self.0.push(',');
        Ok(())
    }

    fn close(mut self, body: &str) -> Result<Box<RawValue>, serde_json::Error> {
        self.0.push_str(body);
        RawValue::from_string(self.0)
    }
}

struct MessagePart<'a> {
    message: &'a InboundMessage,
    received_at: &'a str,
}

impl Serialize for MessagePart<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("from", &self.message.sender)?;
        let name = self.message.content.content_type().as_str();
        map.serialize_entry("type", name)?;
        match &self.message.content {
            Content::Text(text) => map.serialize_entry(name, text)?,
            Content::Document(media) | Content::Audio(media) | Content::Video(media) => {
                map.serialize_entry(name, media)?;
            }
            Content::Location(location) => map.serialize_entry(name, location)?,
            Content::Contact(contact) => map.serialize_entry(name, contact)?,
        }
        map.serialize_entry("sent_at", &self.message.sent_at)?;
        map.serialize_entry("received_at", self.received_at)?;
        map.serialize_entry("reply_to", &self.message.reply_to)?;
        map.serialize_entry("extra", &self.message.extra)?;
        map.end()
    }
}

#[derive(Serialize)]
struct StatusPart<'a> {
    external_id: &'a str,
    state: DeliveryState,
    at: &'a Option<String>,
    errors: &'a [DeliveryError],
    extra: &'a Extra,
}

/// What a stored status says about its message.
pub(crate) fn read_status(
    body: &str,
) -> Result<(DeliveryState, Option<Problem>), serde_json::Error> {
    #[derive(Deserialize)]
    struct Part {
        state: DeliveryState,
        errors: Vec<DeliveryError>,
    }
    let part: Part = serde_json::from_str(&format!("{{{body}"))?;
    Ok((part.state, crate::state::status_problem(part.state, &part.errors)))
}
