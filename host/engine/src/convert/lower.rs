//! From the model to the contract, borrowing all text.

use eclusa_model as model;

use crate::bindings::eclusa::adapter::{exchange as wit, messages};

pub(crate) fn channel(channel: &model::ChannelView) -> wit::Channel<'_> {
    wit::Channel {
        id: &channel.id,
        name: &channel.name,
        url: channel.url.as_deref(),
        settings: &channel.settings,
    }
}

/// Pairs as the contract borrows them; kept by the caller while it calls.
pub(crate) fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub(crate) fn request<'a>(
    request: &'a model::Request,
    query: &'a [(&'a str, &'a str)],
    headers: &'a [(&'a str, &'a str)],
) -> wit::Request<'a> {
    wit::Request {
        method: &request.method,
        path: &request.path,
        query,
        headers,
        body: &request.body,
        received_at: &request.received_at,
    }
}

pub(crate) fn response<'a>(
    response: &'a model::HttpResponse,
    headers: &'a [(&'a str, &'a str)],
) -> wit::HttpResponseParam<'a> {
    wit::HttpResponseParam { status: response.status, headers, body: &response.body }
}

/// The lists of a contact card as the contract borrows them.
#[derive(Default)]
pub(crate) struct Lists<'a> {
    phones: Vec<messages::PhoneParam<'a>>,
    emails: Vec<&'a str>,
}

impl<'a> Lists<'a> {
    pub(crate) fn of(message: &'a model::OutboundMessage) -> Self {
        let model::Content::Contact(contact) = &message.content else { return Self::default() };
        Self {
            phones: contact
                .phones
                .iter()
                .map(|phone| messages::PhoneParam {
                    number: &phone.number,
                    label: phone.label.as_deref(),
                })
                .collect(),
            emails: contact.emails.iter().map(String::as_str).collect(),
        }
    }
}

pub(crate) fn message<'a>(
    message: &'a model::OutboundMessage,
    lists: &'a Lists<'a>,
) -> messages::OutboundMessage<'a> {
    let extra = &message.extra;
    messages::OutboundMessage {
        id: &message.id,
        conversation: &message.conversation,
        content: content(&message.content, lists),
        reply_to: message.reply_to.as_deref(),
        extra: (!extra.is_empty()).then(|| extra.as_json()),
    }
}

fn content<'a>(content: &'a model::Content, lists: &'a Lists<'a>) -> messages::ContentParam<'a> {
    match content {
        model::Content::Text(text) => messages::ContentParam::Text(messages::TextParam {
            body: &text.body,
            markup: match text.markup {
                model::Markup::Plain => messages::Markup::Plain,
                model::Markup::Markdown => messages::Markup::Markdown,
                model::Markup::Html => messages::Markup::Html,
            },
        }),
        model::Content::Document(file) => messages::ContentParam::Document(media(file)),
        model::Content::Audio(file) => messages::ContentParam::Audio(media(file)),
        model::Content::Video(file) => messages::ContentParam::Video(media(file)),
        model::Content::Location(location) => {
            messages::ContentParam::Location(messages::LocationParam {
                latitude: location.latitude,
                longitude: location.longitude,
                name: location.name.as_deref(),
                address: location.address.as_deref(),
            })
        }
        model::Content::Contact(contact) => {
            messages::ContentParam::Contact(messages::ContactParam {
                name: &contact.name,
                phones: &lists.phones,
                emails: &lists.emails,
                organization: contact.organization.as_deref(),
                vcard: contact.vcard.as_deref(),
            })
        }
    }
}

fn media(media: &model::Media) -> messages::MediaParam<'_> {
    messages::MediaParam {
        source: match &media.source {
            model::MediaSource::Url(url) => messages::MediaSourceParam::Url(url),
            model::MediaSource::Handle(handle) => messages::MediaSourceParam::Handle(handle),
        },
        mime: media.mime.as_deref(),
        filename: media.filename.as_deref(),
        caption: media.caption.as_deref(),
        // Sizes are exact up to 2^53, eight thousand terabytes.
        #[allow(clippy::cast_precision_loss, reason = "as the contract says")]
        size: media.size.map(|size| size as f64),
        duration_seconds: media.duration,
        voice: media.voice,
    }
}
