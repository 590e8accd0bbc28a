//! What the misbehaving adapters have in common: the contract's bindings, and an
//! adapter that does nothing wrong, of which each changes one thing.

#![allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "generated bindings; and these adapters are wrong on purpose"
)]

mod misbehave;
mod partial;
pub mod shop;

pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "adapter",
        pub_export_macro: true,
        export_macro_name: "export_adapter",
        default_bindings_module: "eclusa_hostile::bindings",
    });
}

pub use bindings::eclusa::adapter::{exchange, host, messages};
pub use misbehave::{aliases, misbehave, world};

pub use bindings::export_adapter;
pub use bindings::exports::eclusa::adapter::mapping::Guest;

use exchange::{
    Channel, HttpRequest, HttpResponse, MediaResponse, MediaStep, Outcome, Prepared, Problem,
    Receipt, Received, Request,
};
use messages::{Content, Event, InboundMessage, Markup, OutboundMessage, Participant, Text};

/// An adapter that does nothing wrong.
pub trait Adapter {
    fn describe() -> String {
        manifest("well-behaved").to_string()
    }

    fn receive(_channel: Channel, request: Request) -> Result<Received, Problem> {
        Ok(received(vec![text_event("1", &request.body)]))
    }

    fn send(channel: Channel, message: OutboundMessage) -> Result<Prepared, Problem> {
        let url = format!("{}/send", channel.url.unwrap_or_else(|| "https://chat.example".into()));
        let text = match message.content {
            Content::Text(text) => text.body,
            _ => String::from("(not a text)"),
        };
        let body = serde_json::json!({ "to": message.conversation, "text": text });
        Ok(Prepared { request: post(url, body.to_string()), warnings: Vec::new() })
    }

    fn settle(
        _channel: Channel,
        message: OutboundMessage,
        _response: HttpResponse,
        _state: Option<String>,
    ) -> Outcome {
        let external_id = Some(format!("chat-{}", message.id));
        Outcome::Sent(Receipt { external_id, warnings: Vec::new() })
    }

    fn media(
        _channel: Channel,
        handle: String,
        _previous: Option<MediaResponse>,
    ) -> Result<MediaStep, Problem> {
        Ok(MediaStep::File(HttpRequest {
            method: "GET".into(),
            url: format!("https://chat.example/files/{handle}"),
            headers: Vec::new(),
            body: None,
        }))
    }
}

/// Exports a type that implements [`Adapter`].
#[macro_export]
macro_rules! adapter {
    ($adapter:ty) => {
        struct Exported;

        impl $crate::Guest for Exported {
            fn describe() -> String {
                <$adapter as $crate::Adapter>::describe()
            }

            fn receive(
                channel: $crate::exchange::Channel,
                request: $crate::exchange::Request,
            ) -> Result<$crate::exchange::Received, $crate::exchange::Problem> {
                <$adapter as $crate::Adapter>::receive(channel, request)
            }

            fn send(
                channel: $crate::exchange::Channel,
                message: $crate::messages::OutboundMessage,
            ) -> Result<$crate::exchange::Prepared, $crate::exchange::Problem> {
                <$adapter as $crate::Adapter>::send(channel, message)
            }

            fn settle(
                channel: $crate::exchange::Channel,
                message: $crate::messages::OutboundMessage,
                response: $crate::exchange::HttpResponse,
                state: Option<String>,
            ) -> $crate::exchange::Outcome {
                <$adapter as $crate::Adapter>::settle(channel, message, response, state)
            }

            fn media(
                channel: $crate::exchange::Channel,
                handle: String,
                previous: Option<$crate::exchange::MediaResponse>,
            ) -> Result<$crate::exchange::MediaStep, $crate::exchange::Problem> {
                <$adapter as $crate::Adapter>::media(channel, handle, previous)
            }
        }

        $crate::export_adapter!(Exported with_types_in $crate::bindings);
    };
}

/// A manifest that is valid and says little. It allows any settings.
pub fn manifest(name: &str) -> serde_json::Value {
    serde_json::json!({
        "name": name,
        "version": "1.0.0",
        "summary": "An adapter of the end-to-end tests.",
        "inbound": { "text": { "level": "full" } },
        "outbound": { "text": { "level": "full" } },
        "settings_schema": { "type": "object" }
    })
}

/// Adds a key to a manifest.
pub fn set(manifest: &mut serde_json::Value, key: &str, value: serde_json::Value) {
    if let Some(manifest) = manifest.as_object_mut() {
        manifest.insert(key.to_owned(), value);
    }
}

pub fn received(events: Vec<Event>) -> Received {
    Received { events, reply: None, warnings: Vec::new() }
}

pub fn post(url: String, body: String) -> HttpRequest {
    let headers = vec![("content-type".into(), "application/json".into())];
    HttpRequest { method: "POST".into(), url, headers, body: Some(body) }
}

pub fn text_event(id: &str, body: &str) -> Event {
    Event::Message(message(id, Content::Text(Text { body: body.into(), markup: Markup::Plain })))
}

pub fn message(id: &str, content: Content) -> InboundMessage {
    InboundMessage {
        external_id: id.into(),
        conversation: "conversation".into(),
        sender: Participant {
            id: "person".into(),
            name: None,
            username: None,
            phone: None,
            email: None,
            language: None,
            avatar_url: None,
        },
        sent_at: None,
        content,
        reply_to: None,
        extra: None,
    }
}
