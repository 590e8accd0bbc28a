//! The chat of a shop's site, and its adapter in many revisions: what is deployed
//! over one another in the tests of deployment. Each file `examples/shop-*.rs`
//! is one revision, and says only what is different in it.
//!
//! The chat posts one entry or an array of them:
//!
//! ```json
//! {"id":"17","thread":"t1","user":{"id":"u1","name":"Ana"},"at":"2026-03-01T12:00:00Z",
//!  "kind":"text","text":"Oi","order":"A-1001","lang":"pt","cart":{"items":2,"total":"59.90"}}
//! ```
//!
//! | kind | fields of its own | becomes |
//! |---|---|---|
//! | `text` | `text` | text |
//! | `file` | `url`, `name`, `mime`, `text` | document |
//! | `place` | `lat`, `lon`, `text` | location |
//! | `person` | `card` with `name`, `phone`, `email` | contact |
//! | `receipt` | `message`, `state`, `reason`; no `id`, no `user` | status of a message sent |
//! | any other | | the problem `unknown_kind` |
//!
//! `order`, `lang` and `cart` become `extra`. The shop takes
//! `{"thread":…,"text":…,"ref":…}` at `URL/messages`, and answers `{"id":…}`.

mod entry;
mod inbound;
mod manifest;
mod outbound;

use serde_json::Value;

pub use entry::Entry;
pub use inbound::{content, media};
pub use manifest::{forget_sample, put};

use crate::exchange::{
    Channel, HttpResponse, Outcome, Prepared, Problem, ProblemKind, Received, Request,
};
use crate::messages::{Content, Event, OutboundMessage};

/// A revision of the shop's adapter: the points at which revisions may differ.
pub trait Shop {
    /// The version in its manifest.
    const VERSION: &str = "1.1.0";
    /// Where the number of the order stands in `extra`.
    const ORDER: &str = "order";
    /// Where the text stands in what is sent.
    const TEXT: &str = "text";

    /// Called once for each request of the chat.
    fn receiving() {}

    /// What an entry says; none for a kind that this revision does not know.
    fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
        content(kind, entry)
    }

    /// What an event becomes, with a last look at it.
    fn events(event: Event) -> Vec<Event> {
        vec![event]
    }

    /// Called once for each message to the chat.
    fn sending() {}

    /// Called once for each response of the chat.
    fn settling() {}

    /// The last look at the manifest.
    fn manifest(_manifest: &mut Value) {}
}

impl<S: Shop> crate::Adapter for S {
    fn describe() -> String {
        let mut manifest = manifest::of::<S>();
        S::manifest(&mut manifest);
        manifest.to_string()
    }

    fn receive(_channel: Channel, request: Request) -> Result<Received, Problem> {
        S::receiving();
        inbound::read::<S>(&request.body)
    }

    fn send(channel: Channel, message: OutboundMessage) -> Result<Prepared, Problem> {
        S::sending();
        outbound::write::<S>(channel, message)
    }

    fn settle(
        _channel: Channel,
        _message: OutboundMessage,
        response: HttpResponse,
        _state: Option<String>,
    ) -> Outcome {
        S::settling();
        outbound::settle(&response)
    }
}

fn problem(kind: ProblemKind, code: &str, message: String, pointer: Option<String>) -> Problem {
    let action = match kind {
        ProblemKind::Invalid | ProblemKind::Unsupported => "Compare it with what the shop can say.",
        ProblemKind::Configuration => "Complete the channel.",
        ProblemKind::Refused => "Ask the shop why.",
    };
    let (code, action) = (code.to_owned(), Some(action.to_owned()));
    Problem { kind, code, message, pointer, action, retryable: false }
}
