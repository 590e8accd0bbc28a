//! Requests from chats: no adapter breaks on any, all of them say the same twice,
//! and what they say is what the host takes.
//!
//! Input: a body; before it, where it begins with `?`, a line with the query of a
//! `GET`.

use eclusa_model::{Content, Event, Received, Request};

use crate::adapters::{self, Functions};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let request = request(text);
    adapters::with_context(|cx| {
        for adapter in &adapters::ALL {
            let first = (adapter.receive)(cx, &request);
            assert_eq!((adapter.receive)(cx, &request), first, "{} is not pure", adapter.name);
            if let Ok(received) = &first {
                check(adapter, received);
            }
        }
    });
}

fn request(text: &str) -> Request {
    let (method, query, body) = match text.strip_prefix('?') {
        Some(rest) => {
            let (query, body) = rest.split_once('\n').unwrap_or((rest, ""));
            ("GET", query, body)
        }
        None => ("POST", "", text),
    };
    Request {
        method: method.to_owned(),
        path: String::new(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: Vec::new(),
        body: body.to_owned(),
        received_at: "2026-01-02T03:04:05Z".to_owned(),
    }
}

fn check(adapter: &Functions, received: &Received) {
    let name = adapter.name;
    let written = serde_json::to_string(received);
    assert!(written.is_ok(), "{name}: {written:?}");
    for event in &received.events {
        if let Some(content) = content(event) {
            assert_eq!(content.validate(), Ok(()), "{name}: the host would refuse {event:?}");
        }
        assert_ne!(event.conversation(), Some(""), "{name}: the host would refuse {event:?}");
    }
    if let Some(reply) = &received.reply {
        assert!((200..600).contains(&reply.status), "{name}: {reply:?}");
    }
}

fn content(event: &Event) -> Option<&Content> {
    match event {
        Event::Message(message) => Some(&message.content),
        Event::Edited(edit) => Some(&edit.message.content),
        _ => None,
    }
}
