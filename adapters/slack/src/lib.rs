//! Adapter for Slack: the Events API, interactivity and slash commands in,
//! `chat.postMessage` out. README.md has the whole mapping.

mod answer;
mod author;
mod blocks;
mod card;
mod changes;
mod files;
mod html;
mod inbound;
mod interaction;
mod media;
mod message;
mod mrkdwn;
mod outbound;
mod settings;
mod settle;
mod text;

use eclusa_adapter_sdk::prelude::*;

use crate::settings::Settings;

/// Slack's Web API, where the channel names no other server.
const SLACK: &str = "https://slack.com/api";

/// The adapter.
#[derive(Debug)]
pub struct Slack;

impl Adapter for Slack {
    const MANIFEST: ManifestSource = manifest! {
        "../manifest.json",
        receive: [
            "../samples/receive/text.json",
            "../samples/receive/text-readable.json",
            "../samples/receive/thread-reply.json",
            "../samples/receive/direct-message.json",
            "../samples/receive/app-mention.json",
            "../samples/receive/document.json",
            "../samples/receive/documents.json",
            "../samples/receive/document-external.json",
            "../samples/receive/audio.json",
            "../samples/receive/video.json",
            "../samples/receive/edited.json",
            "../samples/receive/link-preview.json",
            "../samples/receive/deleted.json",
            "../samples/receive/deleted-thread-root.json",
            "../samples/receive/reaction.json",
            "../samples/receive/reaction-removed.json",
            "../samples/receive/button.json",
            "../samples/receive/slash-command.json",
            "../samples/receive/own-message.json",
            "../samples/receive/other-bot.json",
            "../samples/receive/other-bot-accepted.json",
            "../samples/receive/notice.json",
            "../samples/receive/other-event.json",
            "../samples/receive/not-slack.json",
        ],
        send: [
            "../samples/send/text.json",
            "../samples/send/text-reply.json",
            "../samples/send/text-markdown.json",
            "../samples/send/text-html.json",
            "../samples/send/document.json",
            "../samples/send/document-handle.json",
            "../samples/send/document-link.json",
            "../samples/send/document-handle-refused.json",
            "../samples/send/audio.json",
            "../samples/send/video.json",
            "../samples/send/location.json",
            "../samples/send/contact.json",
        ],
    };

    fn receive(cx: &Context<'_>, request: &Request) -> Result<Received, Problem> {
        inbound::receive(&Settings::read(cx), request)
    }

    fn send(cx: &Context<'_>, message: &OutboundMessage) -> Result<Prepared, Problem> {
        outbound::send(cx.url_or(SLACK), &Settings::read(cx), message)
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
        media::media(cx.url_or(SLACK), handle, previous)
    }
}

eclusa_adapter_sdk::export!(Slack);
