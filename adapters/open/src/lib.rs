//! Adapter for a chat that speaks Eclusa's own JSON: a company's site, app or
//! intranet chat. README.md has the whole contract.

mod content;
mod event;
mod message;

use eclusa_adapter_sdk::prelude::*;

/// The adapter.
#[derive(Debug)]
pub struct Open;

impl Adapter for Open {
    const MANIFEST: ManifestSource = manifest! {
        "../manifest.json",
        receive: [
            "../samples/receive/text.json",
            "../samples/receive/document.json",
            "../samples/receive/audio.json",
            "../samples/receive/video.json",
            "../samples/receive/location.json",
            "../samples/receive/contact.json",
            "../samples/receive/batch.json",
            "../samples/receive/events.json",
            "../samples/receive/unknown-type.json",
            "../samples/receive/unknown-field.json",
        ],
        send: [
            "../samples/send/text.json",
            "../samples/send/document.json",
            "../samples/send/audio.json",
            "../samples/send/video.json",
            "../samples/send/location.json",
            "../samples/send/contact.json",
        ],
    };

    fn receive(_: &Context<'_>, request: &Request) -> Result<Received, Problem> {
        let json = Json::parse(&request.body)?;
        let root = json.root();
        let mut received = Received::default();
        if root.is_array() {
            for item in root.items()? {
                event::read(item, &mut received)?;
            }
        } else {
            event::read(root, &mut received)?;
        }
        Ok(received)
    }

    fn send(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem> {
        let body = message::Body::new(message)?;
        Ok(HttpRequest::post_json(cx.url()?, &body).into())
    }
}

eclusa_adapter_sdk::export!(Open);
