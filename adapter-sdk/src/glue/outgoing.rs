//! From the model to the component's interface.

use eclusa_model as model;

use super::{exchange, messages};

pub(super) fn received(received: model::Received) -> exchange::Received {
    exchange::Received {
        events: received.events.into_iter().map(event).collect(),
        reply: received.reply.map(|reply| exchange::HttpResponse {
            status: reply.status,
            headers: reply.headers,
            body: reply.body,
        }),
        warnings: warnings(received.warnings),
    }
}

pub(super) fn prepared(prepared: model::Prepared) -> exchange::Prepared {
    exchange::Prepared { request: request(prepared.request), warnings: warnings(prepared.warnings) }
}

pub(super) fn outcome(outcome: model::Outcome) -> exchange::Outcome {
    match outcome {
        model::Outcome::Sent(receipt) => exchange::Outcome::Sent(exchange::Receipt {
            external_id: receipt.external_id,
            warnings: warnings(receipt.warnings),
        }),
        model::Outcome::Next(step) => exchange::Outcome::Next(next(step)),
        model::Outcome::Retry(later) => exchange::Outcome::Retry(exchange::Postponement {
            after_seconds: later.after_seconds,
            problem: problem(later.problem),
        }),
        model::Outcome::Refused(why) => exchange::Outcome::Refused(problem(why)),
    }
}

pub(super) fn media_step(step: model::MediaStep) -> exchange::MediaStep {
    match step {
        model::MediaStep::File(file) => exchange::MediaStep::File(request(file)),
        model::MediaStep::Ask(step) => exchange::MediaStep::Ask(next(step)),
    }
}

pub(super) fn problem(problem: model::Problem) -> exchange::Problem {
    exchange::Problem {
        kind: match problem.kind {
            model::ProblemKind::Invalid => exchange::ProblemKind::Invalid,
            model::ProblemKind::Unsupported => exchange::ProblemKind::Unsupported,
            model::ProblemKind::Configuration => exchange::ProblemKind::Configuration,
            model::ProblemKind::Refused => exchange::ProblemKind::Refused,
        },
        code: problem.code,
        message: problem.message,
        pointer: problem.pointer,
        action: problem.action,
        retryable: problem.retryable,
    }
}

fn next(step: model::NextRequest) -> exchange::NextRequest {
    exchange::NextRequest { request: request(step.request), state: step.state }
}

fn request(request: model::HttpRequest) -> exchange::HttpRequest {
    exchange::HttpRequest {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: request.body,
    }
}

fn warnings(warnings: Vec<model::Warning>) -> Vec<exchange::Warning> {
    warnings
        .into_iter()
        .map(|warning| exchange::Warning {
            kind: match warning.kind {
                model::WarningKind::Ignored => exchange::WarningKind::Ignored,
                model::WarningKind::Unsupported => exchange::WarningKind::Unsupported,
                model::WarningKind::Degraded => exchange::WarningKind::Degraded,
            },
            code: warning.code,
            message: warning.message,
            pointer: warning.pointer,
        })
        .collect()
}

fn event(event: model::Event) -> messages::Event {
    match event {
        model::Event::Message(message) => messages::Event::Message(inbound(message)),
        model::Event::Edited(edit) => messages::Event::Edited(messages::MessageEdit {
            message: inbound(edit.message),
            edited_at: edit.edited_at,
        }),
        model::Event::Deleted(deletion) => messages::Event::Deleted(messages::MessageDeletion {
            external_id: deletion.external_id,
            conversation: deletion.conversation,
            sender: deletion.sender.map(participant),
            deleted_at: deletion.deleted_at,
            extra: extra(&deletion.extra),
        }),
        model::Event::Status(status) => messages::Event::Status(messages::MessageStatus {
            external_id: status.external_id,
            conversation: status.conversation,
            state: match status.state {
                model::DeliveryState::Sent => messages::DeliveryState::Sent,
                model::DeliveryState::Delivered => messages::DeliveryState::Delivered,
                model::DeliveryState::Read => messages::DeliveryState::Read,
                model::DeliveryState::Failed => messages::DeliveryState::Failed,
            },
            at: status.at,
            errors: status
                .errors
                .into_iter()
                .map(|error| messages::DeliveryError {
                    code: error.code,
                    message: error.message,
                    details: error.details,
                })
                .collect(),
            extra: extra(&status.extra),
        }),
        model::Event::Reaction(reaction) => messages::Event::Reaction(messages::Reaction {
            target: reaction.target,
            conversation: reaction.conversation,
            sender: participant(reaction.sender),
            emoji: reaction.emoji,
            removed: reaction.removed,
            at: reaction.at,
            extra: extra(&reaction.extra),
        }),
        model::Event::Typing(typing) => messages::Event::Typing(messages::Typing {
            conversation: typing.conversation,
            sender: participant(typing.sender),
            active: typing.active,
        }),
        model::Event::Postback(postback) => messages::Event::Postback(messages::Postback {
            external_id: postback.external_id,
            conversation: postback.conversation,
            sender: participant(postback.sender),
            payload: postback.payload,
            title: postback.title,
            reply_to: postback.reply_to,
            at: postback.at,
            extra: extra(&postback.extra),
        }),
    }
}

fn inbound(message: model::InboundMessage) -> messages::InboundMessage {
    messages::InboundMessage {
        external_id: message.external_id,
        conversation: message.conversation,
        sender: participant(message.sender),
        sent_at: message.sent_at,
        content: content(message.content),
        reply_to: message.reply_to,
        extra: extra(&message.extra),
    }
}

fn participant(person: model::Participant) -> messages::Participant {
    messages::Participant {
        id: person.id,
        name: person.name,
        username: person.username,
        phone: person.phone,
        email: person.email,
        language: person.language,
        avatar_url: person.avatar_url,
    }
}

fn extra(extra: &model::Extra) -> Option<String> {
    (!extra.is_empty()).then(|| extra.as_json().to_owned())
}

fn content(content: model::Content) -> messages::Content {
    match content {
        model::Content::Text(text) => messages::Content::Text(messages::Text {
            body: text.body,
            markup: match text.markup {
                model::Markup::Plain => messages::Markup::Plain,
                model::Markup::Markdown => messages::Markup::Markdown,
                model::Markup::Html => messages::Markup::Html,
            },
        }),
        model::Content::Document(file) => messages::Content::Document(media(file)),
        model::Content::Audio(file) => messages::Content::Audio(media(file)),
        model::Content::Video(file) => messages::Content::Video(media(file)),
        model::Content::Location(place) => messages::Content::Location(messages::Location {
            latitude: place.latitude,
            longitude: place.longitude,
            name: place.name,
            address: place.address,
        }),
        model::Content::Contact(card) => messages::Content::Contact(messages::Contact {
            name: card.name,
            phones: card
                .phones
                .into_iter()
                .map(|phone| messages::Phone { number: phone.number, label: phone.label })
                .collect(),
            emails: card.emails,
            organization: card.organization,
            vcard: card.vcard,
        }),
    }
}

fn media(file: model::Media) -> messages::Media {
    messages::Media {
        source: match file.source {
            model::MediaSource::Url(url) => messages::MediaSource::Url(url),
            model::MediaSource::Handle(handle) => messages::MediaSource::Handle(handle),
        },
        mime: file.mime,
        filename: file.filename,
        caption: file.caption,
        // Whole bytes up to 2^53 are exact in a float; no chat has larger files.
        size: file.size.map(|bytes| bytes as f64),
        duration_seconds: file.duration,
        voice: file.voice,
    }
}
