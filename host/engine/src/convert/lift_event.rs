//! Events, from the contract to the model. Field names in errors are those of
//! the canonical JSON, which whoever writes an adapter sees everywhere else.

use eclusa_model as model;

use super::check::{self, Checked};
use crate::bindings::eclusa::adapter::messages as wit;

pub(super) fn event(event: wit::Event) -> Checked<model::Event> {
    match event {
        wit::Event::Message(it) => named("message", message(it).map(model::Event::Message)),
        wit::Event::Edited(it) => named("edited", edited(it).map(model::Event::Edited)),
        wit::Event::Deleted(it) => named("deleted", deleted(it).map(model::Event::Deleted)),
        wit::Event::Status(it) => named("status", status(it).map(model::Event::Status)),
        wit::Event::Reaction(it) => named("reaction", reaction(it).map(model::Event::Reaction)),
        wit::Event::Typing(it) => named("typing", typing(it).map(model::Event::Typing)),
        wit::Event::Postback(it) => named("postback", postback(it).map(model::Event::Postback)),
    }
}

fn named<T>(name: &str, checked: Checked<T>) -> Checked<T> {
    checked.map_err(|bad| bad.within(name))
}

fn message(message: wit::InboundMessage) -> Checked<model::InboundMessage> {
    Ok(model::InboundMessage {
        external_id: check::id("external_id", message.external_id)?,
        conversation: check::id("conversation", message.conversation)?,
        sender: participant(message.sender)?,
        sent_at: check::time("sent_at", message.sent_at)?,
        content: content(message.content)?,
        reply_to: check::optional_id("reply_to", message.reply_to)?,
        extra: check::extra(message.extra)?,
    })
}

fn edited(edit: wit::MessageEdit) -> Checked<model::MessageEdit> {
    Ok(model::MessageEdit {
        message: named("message", message(edit.message))?,
        edited_at: check::time("edited_at", edit.edited_at)?,
    })
}

fn deleted(deletion: wit::MessageDeletion) -> Checked<model::MessageDeletion> {
    Ok(model::MessageDeletion {
        external_id: check::id("external_id", deletion.external_id)?,
        conversation: check::id("conversation", deletion.conversation)?,
        sender: deletion.sender.map(participant).transpose()?,
        deleted_at: check::time("deleted_at", deletion.deleted_at)?,
        extra: check::extra(deletion.extra)?,
    })
}

fn status(status: wit::MessageStatus) -> Checked<model::MessageStatus> {
    Ok(model::MessageStatus {
        external_id: check::id("external_id", status.external_id)?,
        conversation: check::optional_id("conversation", status.conversation)?,
        state: match status.state {
            wit::DeliveryState::Sent => model::DeliveryState::Sent,
            wit::DeliveryState::Delivered => model::DeliveryState::Delivered,
            wit::DeliveryState::Read => model::DeliveryState::Read,
            wit::DeliveryState::Failed => model::DeliveryState::Failed,
        },
        at: check::time("at", status.at)?,
        errors: status
            .errors
            .into_iter()
            .map(|error| model::DeliveryError {
                code: error.code,
                message: error.message,
                details: error.details,
            })
            .collect(),
        extra: check::extra(status.extra)?,
    })
}

fn reaction(reaction: wit::Reaction) -> Checked<model::Reaction> {
    Ok(model::Reaction {
        target: check::id("external_id", reaction.target)?,
        conversation: check::id("conversation", reaction.conversation)?,
        sender: participant(reaction.sender)?,
        emoji: reaction.emoji,
        removed: reaction.removed,
        at: check::time("at", reaction.at)?,
        extra: check::extra(reaction.extra)?,
    })
}

fn typing(typing: wit::Typing) -> Checked<model::Typing> {
    Ok(model::Typing {
        conversation: check::id("conversation", typing.conversation)?,
        sender: participant(typing.sender)?,
        active: typing.active,
    })
}

fn postback(postback: wit::Postback) -> Checked<model::Postback> {
    Ok(model::Postback {
        external_id: check::id("external_id", postback.external_id)?,
        conversation: check::id("conversation", postback.conversation)?,
        sender: participant(postback.sender)?,
        payload: postback.payload,
        title: postback.title,
        reply_to: check::optional_id("reply_to", postback.reply_to)?,
        at: check::time("sent_at", postback.at)?,
        extra: check::extra(postback.extra)?,
    })
}

fn participant(participant: wit::Participant) -> Checked<model::Participant> {
    Ok(model::Participant {
        id: named("from", check::id("id", participant.id))?,
        name: participant.name,
        username: participant.username,
        phone: participant.phone,
        email: participant.email,
        language: participant.language,
        avatar_url: participant.avatar_url,
    })
}

fn content(content: wit::ContentResult) -> Checked<model::Content> {
    check::content(match content {
        wit::ContentResult::Text(text) => model::Content::Text(model::Text {
            body: text.body,
            markup: match text.markup {
                wit::Markup::Plain => model::Markup::Plain,
                wit::Markup::Markdown => model::Markup::Markdown,
                wit::Markup::Html => model::Markup::Html,
            },
        }),
        wit::ContentResult::Document(file) => {
            model::Content::Document(named("document", media(file))?)
        }
        wit::ContentResult::Audio(file) => model::Content::Audio(named("audio", media(file))?),
        wit::ContentResult::Video(file) => model::Content::Video(named("video", media(file))?),
        wit::ContentResult::Location(location) => model::Content::Location(model::Location {
            latitude: location.latitude,
            longitude: location.longitude,
            name: location.name,
            address: location.address,
        }),
        wit::ContentResult::Contact(contact) => model::Content::Contact(model::Contact {
            name: contact.name,
            phones: contact
                .phones
                .into_iter()
                .map(|phone| model::Phone { number: phone.number, label: phone.label })
                .collect(),
            emails: contact.emails,
            organization: contact.organization,
            vcard: contact.vcard,
        }),
    })
}

fn media(media: wit::MediaResult) -> Checked<model::Media> {
    Ok(model::Media {
        source: match media.source {
            wit::MediaSourceResult::Url(url) => model::MediaSource::Url(url),
            wit::MediaSourceResult::Handle(handle) => model::MediaSource::Handle(handle),
        },
        mime: media.mime,
        filename: media.filename,
        caption: media.caption,
        size: check::size(media.size)?,
        duration: media.duration_seconds,
        voice: media.voice,
    })
}
