//! Adapter for Meta's WhatsApp Cloud API. README.md says what maps to what.

mod card;
mod change;
mod content;
mod error;
mod facts;
mod findings;
mod inbound;
mod markup;
mod markup_html;
mod markup_markdown;
mod media;
mod message;
mod order;
mod outbound;
mod outbound_card;
mod outbound_media;
mod person;
mod recipient;
mod reply;
mod rich;
mod settings;
mod settle;
mod status;
mod value;

use eclusa_adapter_sdk::prelude::*;

/// The adapter.
#[derive(Debug)]
pub struct WhatsAppCloud;

impl Adapter for WhatsAppCloud {
    const MANIFEST: ManifestSource = manifest! {
        "../manifest.json",
        receive: [
            "../samples/receive/text.json",
            "../samples/receive/text-reply.json",
            "../samples/receive/text-advert.json",
            "../samples/receive/text-product.json",
            "../samples/receive/picture.json",
            "../samples/receive/sticker.json",
            "../samples/receive/document.json",
            "../samples/receive/audio.json",
            "../samples/receive/voice.json",
            "../samples/receive/video.json",
            "../samples/receive/location.json",
            "../samples/receive/location-bare.json",
            "../samples/receive/contact.json",
            "../samples/receive/contact-vcard.json",
            "../samples/receive/order.json",
            "../samples/receive/button.json",
            "../samples/receive/button-reply.json",
            "../samples/receive/list-reply.json",
            "../samples/receive/flow-reply.json",
            "../samples/receive/reaction.json",
            "../samples/receive/edited.json",
            "../samples/receive/deleted.json",
            "../samples/receive/group.json",
            "../samples/receive/username.json",
            "../samples/receive/statuses.json",
            "../samples/receive/batch.json",
            "../samples/receive/bare-value.json",
            "../samples/receive/own-message.json",
            "../samples/receive/system.json",
            "../samples/receive/other-field.json",
            "../samples/receive/unsupported.json",
            "../samples/receive/missing-id.json",
            "../samples/receive/wrong-object.json",
        ],
        send: [
            "../samples/send/text.json",
            "../samples/send/text-markdown.json",
            "../samples/send/text-own-base.json",
            "../samples/send/text-version.json",
            "../samples/send/text-group.json",
            "../samples/send/text-username.json",
            "../samples/send/template.json",
            "../samples/send/interactive.json",
            "../samples/send/document.json",
            "../samples/send/picture.json",
            "../samples/send/picture-as-file.json",
            "../samples/send/audio.json",
            "../samples/send/voice.json",
            "../samples/send/video.json",
            "../samples/send/location.json",
            "../samples/send/contact.json",
        ],
    };

    fn receive(cx: &Context<'_>, request: &Request) -> Result<Received, Problem> {
        inbound::read(cx, &request.body)
    }

    fn send(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem> {
        outbound::prepare(cx, message)
    }

    fn settle(
        _: &Context<'_>,
        _: &OutboundMessage,
        response: &HttpResponse,
        _: Option<&str>,
    ) -> Outcome {
        settle::settle(response)
    }

    fn media(
        cx: &Context<'_>,
        handle: &str,
        previous: Option<&MediaResponse>,
    ) -> Result<MediaStep, Problem> {
        media::step(cx, handle, previous)
    }
}

eclusa_adapter_sdk::export!(WhatsAppCloud);
