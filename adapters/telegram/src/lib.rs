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
        receive: [],
        send: [],
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
