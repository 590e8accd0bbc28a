//! From the component's interface to the model.

use eclusa_model as model;

use super::{exchange, messages};

pub(super) fn channel(channel: exchange::Channel) -> model::ChannelView {
    model::ChannelView {
        id: channel.id,
        name: channel.name,
        url: channel.url,
        settings: channel.settings,
    }
}

pub(super) fn request(request: exchange::Request) -> model::Request {
    model::Request {
        method: request.method,
        path: request.path,
        query: request.query,
        headers: request.headers,
        body: request.body,
        received_at: request.received_at,
    }
}

pub(super) fn response(response: exchange::HttpResponse) -> model::HttpResponse {
    model::HttpResponse { status: response.status, headers: response.headers, body: response.body }
}

pub(super) fn media_response(media: exchange::MediaResponse) -> model::MediaResponse {
    model::MediaResponse { response: response(media.response), state: media.state }
}

pub(super) fn outbound(message: messages::OutboundMessage) -> model::OutboundMessage {
    model::OutboundMessage {
        id: message.id,
        conversation: message.conversation,
        content: content(message.content),
        reply_to: message.reply_to,
        extra: message
            .extra
            .and_then(|json| model::Extra::from_json(json).ok())
            .unwrap_or_default(),
    }
}

fn content(content: messages::Content) -> model::Content {
    match content {
        messages::Content::Text(text) => model::Content::Text(model::Text {
            body: text.body,
            markup: match text.markup {
                messages::Markup::Plain => model::Markup::Plain,
                messages::Markup::Markdown => model::Markup::Markdown,
                messages::Markup::Html => model::Markup::Html,
            },
        }),
        messages::Content::Document(file) => model::Content::Document(media(file)),
        messages::Content::Audio(file) => model::Content::Audio(media(file)),
        messages::Content::Video(file) => model::Content::Video(media(file)),
        messages::Content::Location(place) => model::Content::Location(model::Location {
            latitude: place.latitude,
            longitude: place.longitude,
            name: place.name,
            address: place.address,
        }),
        messages::Content::Contact(card) => model::Content::Contact(model::Contact {
            name: card.name,
            phones: card
                .phones
                .into_iter()
                .map(|phone| model::Phone { number: phone.number, label: phone.label })
                .collect(),
            emails: card.emails,
            organization: card.organization,
            vcard: card.vcard,
        }),
    }
}

fn media(file: messages::Media) -> model::Media {
    model::Media {
        source: match file.source {
            messages::MediaSource::Url(url) => model::MediaSource::Url(url),
            messages::MediaSource::Handle(handle) => model::MediaSource::Handle(handle),
        },
        mime: file.mime,
        filename: file.filename,
        caption: file.caption,
        size: file.size.map(|bytes| bytes as u64),
        duration: file.duration_seconds,
        voice: file.voice,
    }
}
