//! Secrets get where an adapter wants them, and nowhere else.
//!
//! An adapter is a function, so the functions here are adapters as good as those
//! in the sandbox; each copies text of messages in its own way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod adapters;
mod filled;
mod text;

use eclusa_model::{
    Channel, Contact, Content, Extra, HttpRequest, HttpResponse, Location, Media, MediaSource,
    OutboundMessage, Phone, Secret,
};
use proptest::prelude::*;
use serde_json::json;

use super::{Filling, Scrubber, Shield, Untrusted, fill};
use crate::OutgoingRequest;
use adapters::*;

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const FORGED: &str = "{secret:bot-token}";

fn channel() -> Channel {
    let profile = json!({ "id": "sales", "name": "Sales", "color": "#000000", "adapter": "x" });
    let secret = |name: &str, value: &str| (name.to_owned(), Secret::new(value));
    Channel {
        profile: serde_json::from_value(profile).unwrap(),
        headers: [secret("x-tenant", "acme-tenant")].into(),
        secrets: [
            secret("bot-token", TOKEN),
            secret("odd", "a/b?c=d&e\"f\\g é<"),
            secret("lines", "a\r\nx-evil: 1"),
            secret("hook", "https://hooks.example/T0/B0/x?y=z"),
        ]
        .map(|(name, value)| (name, value.into()))
        .into(),
        ingress_key: Secret::new("key"),
        previous_ingress: None,
        documentation_key: None,
        revision: 1,
        created_at: String::new(),
        updated_at: String::new(),
    }
}

fn message(content: Content) -> OutboundMessage {
    OutboundMessage {
        id: "01J0000000000000000000000".to_owned(),
        conversation: "42".to_owned(),
        content,
        reply_to: None,
        extra: Extra::default(),
    }
}

fn text(body: &str) -> OutboundMessage {
    message(Content::text(body))
}

fn body_of(message: &OutboundMessage) -> &str {
    match &message.content {
        Content::Text(text) => &text.body,
        _ => panic!("not a text"),
    }
}

type Adapter = fn(&OutboundMessage) -> HttpRequest;

/// What the relay does with an adapter and a message.
fn relay(adapter: Adapter, message: &OutboundMessage) -> (Filling, OutgoingRequest) {
    let input = Untrusted { message, response: None, state: None };
    let plain = adapter(message);
    let filling = match Shield::needed(&input, &plain).unwrap() {
        Some(shield) => {
            let masked = adapter(&shield.message);
            shield.choose(plain, Some(masked)).unwrap()
        }
        None => Filling::plain(plain),
    };
    let request = filling.fill(&channel()).unwrap();
    (filling, request)
}

/// The whole request as one text.
fn whole(request: &OutgoingRequest) -> String {
    format!("{} {:?} {:?}", request.url(), request.headers(), request.body())
}

/// How often the token stands in the request, in whatever spelling.
fn tokens(request: &OutgoingRequest) -> usize {
    let mut headers = String::new();
    for value in request.headers().values() {
        headers.push_str(value.to_str().unwrap_or_default());
    }
    let text = format!("{}{headers}{}", request.url(), request.body().unwrap_or_default());
    text.matches("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw").count()
}
