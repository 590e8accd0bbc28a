//! Adapter for Meta's WhatsApp Cloud API. README.md says what maps to what.

mod card;
mod change;
mod content;
mod error;
mod facts;
mod findings;
mod handshake;
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
        receive: [],
        send: [],
    };

    fn receive(cx: &Context<'_>, request: &Request) -> Result<Received, Problem> {
        if request.method == "GET" {
            return Ok(handshake::answer(cx, request));
        }
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
