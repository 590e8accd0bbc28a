//! Requests, messages and attempts to test with.

use std::sync::atomic::{AtomicI64, Ordering};

use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject, SubjectKind};
use eclusa_journal::{
    Accept, Accepted, Attempt, DeadLetter, Deliveries, Delivery, DeliveryBody, DeliveryChange,
    DeliveryId, Finish, Idempotency, Journal, LetterFilter, Letters, Mapping, MessageRecord, Page,
    RawRequest, Remap, RevisionRef, Sender, StoredEvent, Submit, Window,
};
use eclusa_model::{
    Content, DeliveryError, DeliveryState, Event, Extra, InboundMessage, MessageDeletion,
    MessageEdit, MessageStatus, OutboundMessage, Participant, Postback, Problem, Reaction, Typing,
};
use serde_json::Value;

pub(crate) const RECEIVED_AT: &str = "2026-01-02T03:04:05.678Z";

pub(crate) fn raw(body: &str) -> RawRequest {
    RawRequest {
        received_at: RECEIVED_AT.to_owned(),
        method: "POST".to_owned(),
        path: "/hook".to_owned(),
        query: vec![("mode".to_owned(), "a b".to_owned())],
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_owned(),
    }
}

pub(crate) fn revision() -> RevisionRef {
    RevisionRef { adapter: "open".to_owned(), sha256: "ab".repeat(32) }
}

pub(crate) fn accept(events: Vec<Event>) -> Accept {
    Accept {
        channel: "shop".to_owned(),
        raw: raw("{}"),
        mapping: Mapping::Mapped { revision: revision(), events, warnings: vec![] },
        verified_by: Some("none".to_owned()),
        push: false,
        traceparent: None,
    }
}

pub(crate) fn pushed(events: Vec<Event>) -> Accept {
    Accept { push: true, ..accept(events) }
}

pub(crate) fn unmapped(channel: &str, body: &str) -> Accept {
    Accept {
        channel: channel.to_owned(),
        raw: raw(body),
        mapping: Mapping::Unmapped { revision: None, problem: Problem::invalid("trap", body) },
        verified_by: None,
        push: true,
        traceparent: None,
    }
}

pub(crate) fn failed(revision: Option<RevisionRef>, body: &str) -> Accept {
    let problem = Problem::invalid("trap", body);
    Accept { mapping: Mapping::Unmapped { revision, problem }, ..unmapped("shop", body) }
}

/// What a request that could not be mapped has become now.
pub(crate) fn remap(request: &Accepted, events: Vec<Event>) -> Remap {
    Remap {
        request: request.request_id.clone(),
        revision: revision(),
        events,
        warnings: vec![],
        push: true,
        audit: None,
    }
}

pub(crate) fn inbound(conversation: &str, external_id: &str, content: Content) -> InboundMessage {
    InboundMessage {
        external_id: external_id.to_owned(),
        conversation: conversation.to_owned(),
        sender: Participant::new("ana"),
        sent_at: Some("2015-09-07T17:05:32Z".to_owned()),
        content,
        reply_to: Some("chat-0".to_owned()),
        extra: Extra::from_json(r#"{"big":12345678901234567890123}"#.to_owned()).unwrap(),
    }
}

pub(crate) fn text(conversation: &str, external_id: &str) -> Event {
    Event::Message(inbound(conversation, external_id, Content::text("hello")))
}

pub(crate) fn edited(conversation: &str, external_id: &str, body: &str, at: Option<&str>) -> Event {
    let message = inbound(conversation, external_id, Content::text(body));
    Event::Edited(MessageEdit { message, edited_at: at.map(str::to_owned) })
}

pub(crate) fn deleted(conversation: &str, external_id: &str) -> Event {
    Event::Deleted(MessageDeletion {
        external_id: external_id.to_owned(),
        conversation: conversation.to_owned(),
        sender: None,
        deleted_at: None,
        extra: Extra::default(),
    })
}

pub(crate) fn reaction(conversation: &str, target: &str, emoji: &str, removed: bool) -> Event {
    Event::Reaction(Reaction {
        target: target.to_owned(),
        conversation: conversation.to_owned(),
        sender: Participant::new("ana"),
        emoji: Some(emoji.to_owned()),
        removed,
        at: None,
        extra: Extra::default(),
    })
}

pub(crate) fn typing(conversation: &str) -> Event {
    let conversation = conversation.to_owned();
    Event::Typing(Typing { conversation, sender: Participant::new("ana"), active: true })
}

pub(crate) fn postback(conversation: &str, external_id: &str) -> Event {
    Event::Postback(Postback {
        external_id: external_id.to_owned(),
        conversation: conversation.to_owned(),
        sender: Participant::new("ana"),
        payload: "yes".to_owned(),
        title: None,
        reply_to: None,
        at: None,
        extra: Extra::default(),
    })
}

pub(crate) fn status(
    conversation: Option<&str>,
    external_id: &str,
    state: DeliveryState,
    errors: Vec<DeliveryError>,
) -> Event {
    Event::Status(MessageStatus {
        external_id: external_id.to_owned(),
        conversation: conversation.map(str::to_owned),
        state,
        at: Some("2026-02-02T02:02:02Z".to_owned()),
        errors,
        extra: Extra::default(),
    })
}

pub(crate) fn submit(conversation: &str, body: &str) -> Submit {
    Submit {
        channel: "shop".to_owned(),
        conversation: conversation.to_owned(),
        content: Content::text(body),
        reply_to: None,
        extra: Extra::default(),
        idempotency: None,
        start: false,
        sent_by: Sender::Platform,
        submitted_at: "2026-01-02T04:00:00Z".to_owned(),
        traceparent: None,
    }
}

pub(crate) fn started(conversation: &str, body: &str) -> Submit {
    Submit { start: true, ..submit(conversation, body) }
}

pub(crate) fn keyed(submit: Submit, key: &str, fingerprint: u8) -> Submit {
    let idempotency = Idempotency {
        scope: "platform".to_owned(),
        key: key.to_owned(),
        fingerprint: [fingerprint; 32],
    };
    Submit { idempotency: Some(idempotency), ..submit }
}

pub(crate) fn attempt(status: u16) -> Attempt {
    Attempt {
        started_at: "2026-01-02T05:00:00Z".to_owned(),
        duration_ms: 12,
        revision: Some(revision()),
        method: Some("POST".to_owned()),
        url: Some("https://chat.example/{secret:token}".to_owned()),
        request_body: Some("{\"text\":\"ol\u{e1}\"}".to_owned()),
        status: Some(status),
        response_body: Some("{}".to_owned()),
        problem: None,
        warnings: vec![],
    }
}

pub(crate) fn done(external_id: &str) -> Finish {
    Finish::Done { external_id: Some(external_id.to_owned()) }
}

/// The next delivery of what a chat or the platform has said; none of a committed write
/// is missing. Those of what the journal tells of attendances are left out.
pub(crate) async fn next(journal: &impl Journal, changes: &mut Deliveries) -> Option<Delivery> {
    loop {
        let delivery = match changes.try_recv()? {
            DeliveryChange::Put(delivery) => delivery,
            DeliveryChange::Remove { id, lane } => panic!("{id} was removed from {lane:?}"),
        };
        match journal.delivery(delivery.id).await {
            Ok(Some(DeliveryBody::Event { event, .. })) if event.object.0 == "attendance" => {}
            _ => return Some(delivery),
        }
    }
}

/// All that are there, in the same way.
pub(crate) async fn rest(journal: &impl Journal, changes: &mut Deliveries) -> Vec<Delivery> {
    let mut rest = Vec::new();
    while let Some(delivery) = next(journal, changes).await {
        rest.push(delivery);
    }
    rest
}

/// Submits a message and lets the chat take it under this id.
pub(crate) async fn sent(journal: &impl Journal, conversation: &str, external_id: &str) -> String {
    let submitted = journal.submit(started(conversation, "hello")).await.unwrap();
    let delivery = number(&submitted.id);
    journal.finish(delivery, attempt(200), done(external_id)).await.unwrap();
    submitted.id
}

/// The id of the delivery of a message or an event.
pub(crate) fn number(id: &str) -> DeliveryId {
    (ulid::Ulid::from_string(id).unwrap().0 >> 60) as i64
}

/// What the chat has told of, without what the journal tells of attendances.
pub(crate) async fn all(journal: &impl Journal) -> Vec<StoredEvent> {
    let events = everything(journal).await;
    events.into_iter().filter(|event| event.object.0 != "attendance").collect()
}

pub(crate) async fn everything(journal: &impl Journal) -> Vec<StoredEvent> {
    journal.events(None, 10_000).await.unwrap().events
}

pub(crate) async fn newest_object(journal: &impl Journal) -> Value {
    object(all(journal).await.last().unwrap())
}

pub(crate) fn object(event: &StoredEvent) -> Value {
    serde_json::from_str(event.object.1.get()).unwrap()
}

pub(crate) async fn message(journal: &impl Journal, id: &str) -> MessageRecord {
    journal.message(id.to_owned()).await.unwrap().unwrap()
}

pub(crate) async fn outbound(journal: &impl Journal, id: &str) -> OutboundMessage {
    match journal.delivery(number(id)).await.unwrap() {
        Some(DeliveryBody::Message { message, .. }) => message,
        other => panic!("expected a message to the chat, got {other:?}"),
    }
}

pub(crate) async fn one(journal: &impl Journal, event: Event) -> Accepted {
    journal.accept(accept(vec![event])).await.unwrap()
}

/// All letters that wait, newest first.
pub(crate) async fn letters(journal: &impl Letters) -> Vec<DeadLetter> {
    journal.letters(LetterFilter::default(), Window::newest(500)).await.unwrap()
}

pub(crate) fn page(limit: u32) -> Page {
    Page { limit, ..Page::default() }
}

/// Who did it, where that does not matter; each time another entry.
pub(crate) fn audit() -> AuditEntry {
    static TIME: AtomicI64 = AtomicI64::new(1_700_000_000_000);
    let now_ms = TIME.fetch_add(1, Ordering::Relaxed);
    let subject = AuditSubject::new(SubjectKind::Channel, "shop");
    AuditEntry::new(now_ms, "ana", AuditAction::Changed, subject, "name")
}
