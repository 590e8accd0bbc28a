//! Write an Eclusa adapter: the mapping between one chat's JSON and Eclusa's six
//! message types, as a small WebAssembly component.
//!
//! An adapter is one type that implements [`Adapter`], and one [`export!`] line.
//! It is a function of its arguments: it opens no socket and reads no clock, it
//! only says which request is to be made; the host makes it. So all of it is
//! tested with plain `cargo test`, without WebAssembly.
//!
//! ```
//! use eclusa_adapter_sdk::prelude::*;
//!
//! /// A chat that posts `{"id": 1, "room": "r1", "user": "ana", "text": "Hi"}`.
//! struct Rooms;
//!
//! impl Adapter for Rooms {
//!     // Real adapters keep this in a file: see `manifest!`.
//!     const MANIFEST: ManifestSource = ManifestSource::inline(
//!         r#"{
//!             "name": "rooms",
//!             "version": "1.0.0",
//!             "summary": "The rooms of our intranet.",
//!             "inbound": { "text": { "level": "full" } },
//!             "outbound": { "text": { "level": "full", "max_length": 2000 } },
//!             "secrets": [{ "name": "token", "summary": "API token of the rooms." }]
//!         }"#,
//!     );
//!
//!     fn receive(_: &Context<'_>, request: &Request) -> Result<Received, Problem> {
//!         let json = Json::parse(&request.body)?;
//!         let body = json.root();
//!         let user = body.field("user")?.string()?;
//!         Ok(Received::events(vec![Event::Message(InboundMessage {
//!             external_id: body.field("id")?.id()?,
//!             conversation: body.field("room")?.id()?,
//!             sender: Participant::new(user),
//!             sent_at: body.opt("time", Node::time)?,
//!             content: Content::text(body.field("text")?.text()?),
//!             reply_to: None,
//!             extra: Extra::default(),
//!         })]))
//!     }
//!
//!     fn send(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem> {
//!         let Content::Text(text) = &message.content else {
//!             return Err(refused_type(message.content.content_type()));
//!         };
//!         let body = json!({ "room": message.conversation, "text": text.body });
//!         Ok(HttpRequest::post_json(cx.url()?, &body)
//!             .header("authorization", "Bearer {secret:token}")
//!             .into())
//!     }
//! }
//!
//! eclusa_adapter_sdk::export!(Rooms);
//!
//! // The test, as it would stand in the adapter's crate:
//! let host = testing::TestHost::default();
//! let cx = host.context();
//! let request = testing::post(r#"{"id": 1, "room": "r1", "user": "ana", "text": "Hi"}"#);
//! let received = Rooms::receive(&cx, &request).unwrap();
//! assert_eq!(serde_json::to_value(&received.events[0]).unwrap()["message"]["text"]["body"], "Hi");
//!
//! let problem = Rooms::receive(&cx, &testing::post(r#"{"id": 1, "room": []}"#)).unwrap_err();
//! assert_eq!(problem.pointer.as_deref(), Some("/user"));
//! ```
//!
//! Build it with `cargo build --target wasm32-wasip2` as a `cdylib`; the file is
//! the component. `eclusa adapter check FILE.wasm` says what is still missing.

mod adapter;
mod context;
mod extra;
#[doc(hidden)]
pub mod glue;
mod json;
mod manifest;
pub mod mime;
pub mod phone;
pub mod testing;
pub mod time;
pub mod vcard;

pub use adapter::{Adapter, refused_type, settle_by_status, too_long};
pub use context::{Context, Host, Level};
pub use eclusa_model as model;
pub use extra::ExtraBuilder;
pub use json::{Json, Node};
pub use manifest::ManifestSource;
pub use serde_json::{self, json};

/// All that a typical adapter uses.
pub mod prelude {
    pub use crate::model::{
        Contact, Content, ContentType, DeliveryError, DeliveryState, Event, Extra, HttpRequest,
        HttpResponse, InboundMessage, Location, Markup, Media, MediaResponse, MediaSource,
        MediaStep, MessageDeletion, MessageEdit, MessageStatus, NextRequest, OutboundMessage,
        Outcome, Participant, Phone, Postback, Prepared, Problem, Reaction, Receipt, Received,
        Request, Text, Typing, Warning,
    };
    pub use crate::{
        Adapter, Context, ExtraBuilder, Json, Level, ManifestSource, Node, json, manifest, mime,
        phone, refused_type, settle_by_status, testing, time, too_long, vcard,
    };
    pub use serde_json;
}
