//! Eclusa's adapter for Telegram: updates of the Bot API in, its `send…`
//! methods out. What maps to what, and what gets lost, is in the README.

mod content;
mod described;
mod extra;
mod fields;
mod formatted;
mod html;
mod inbound;
mod keyboard;
mod markdown;
mod media;
mod message;
mod method;
mod options;
mod outbound;
mod people;
mod reaction;
mod settle;
mod vcard_text;

use eclusa_adapter_sdk::prelude::*;

/// Telegram, through its Bot API.
#[derive(Debug)]
pub struct Telegram;

impl Adapter for Telegram {
    const MANIFEST: ManifestSource = manifest! {
        "../manifest.json",
        receive: [
            "../samples/receive/text.json",
            "../samples/receive/reply.json",
            "../samples/receive/photo.json",
            "../samples/receive/sticker.json",
            "../samples/receive/document.json",
            "../samples/receive/voice.json",
            "../samples/receive/audio.json",
            "../samples/receive/video.json",
            "../samples/receive/video-note.json",
            "../samples/receive/animation.json",
            "../samples/receive/location.json",
            "../samples/receive/venue.json",
            "../samples/receive/contact.json",
            "../samples/receive/poll.json",
            "../samples/receive/payment.json",
            "../samples/receive/edited.json",
            "../samples/receive/channel-post.json",
            "../samples/receive/topic.json",
            "../samples/receive/anonymous.json",
            "../samples/receive/forward.json",
            "../samples/receive/business.json",
            "../samples/receive/business-deleted.json",
            "../samples/receive/button.json",
            "../samples/receive/button-inline.json",
            "../samples/receive/web-app.json",
            "../samples/receive/reaction.json",
            "../samples/receive/bare-message.json",
            "../samples/receive/several.json",
            "../samples/receive/member-joined.json",
            "../samples/receive/bot-blocked.json",
            "../samples/receive/unknown-update.json",
            "../samples/receive/not-telegram.json",
            "../samples/receive/no-chat.json",
        ],
        send: [
            "../samples/send/text.json",
            "../samples/send/reply.json",
            "../samples/send/buttons.json",
            "../samples/send/business.json",
            "../samples/send/markdown.json",
            "../samples/send/html.json",
            "../samples/send/placeholder.json",
            "../samples/send/bad-conversation.json",
            "../samples/send/picture.json",
            "../samples/send/picture-as-document.json",
            "../samples/send/document.json",
            "../samples/send/document-no-link.json",
            "../samples/send/handle.json",
            "../samples/send/audio.json",
            "../samples/send/voice.json",
            "../samples/send/video.json",
            "../samples/send/location.json",
            "../samples/send/venue.json",
            "../samples/send/location-named.json",
            "../samples/send/contact.json",
            "../samples/send/contact-full.json",
            "../samples/send/contact-no-phone.json",
            "../samples/send/own-server.json",
        ],
    };

    fn receive(cx: &Context<'_>, request: &Request) -> Result<Received, Problem> {
        inbound::receive(cx, request)
    }

    fn send(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem> {
        outbound::send(cx, message)
    }

    fn settle(
        cx: &Context<'_>,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Outcome {
        settle::settle(cx, message, response, state)
    }

    fn media(
        cx: &Context<'_>,
        handle: &str,
        previous: Option<&MediaResponse>,
    ) -> Result<MediaStep, Problem> {
        media::media(cx, handle, previous)
    }
}

eclusa_adapter_sdk::export!(Telegram);
