//! Keeps placeholders that an adapter wrote apart from text of a message that
//! looks like one.
//!
//! An adapter copies a message's text into its request, so `{secret:bot-token}`
//! in that request may be the adapter's own or somebody's text. An adapter is a
//! function of its input: called again with an input in which no placeholder can
//! be made from the message ([`Mask`]), it writes only its own. Where both
//! requests have the same placeholders, the first one is filled as it is. Where
//! they differ, the second one is, and the mask is taken off everything but the
//! secrets: the text reaches the chat as it was written.
//!
//! The second call is made only for input from which a placeholder could be
//! made, which is rare; all other messages are not touched at all.

use std::borrow::Cow;

use eclusa_model::{
    Channel, Contact, Content, Extra, HttpRequest, HttpResponse, Location, Media, MediaSource,
    OutboundMessage, Phone, Problem, Text,
};

use super::fill::{fill, fill_with};
use super::mask::{Mask, has_opening, strings};
use super::template::placeholders;
use crate::http::OutgoingRequest;

/// All input of a call that does not come from the operator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Untrusted<'a> {
    /// The message.
    pub(crate) message: &'a OutboundMessage,
    /// The chat's response, for `settle`: it may repeat the message.
    pub(crate) response: Option<&'a HttpResponse>,
    /// The adapter's own note, for `settle`: likewise.
    pub(crate) state: Option<&'a str>,
}

/// The input of the second call.
#[derive(Debug)]
pub(crate) struct Shield {
    mask: Mask,
    pub(crate) message: OutboundMessage,
    pub(crate) response: Option<HttpResponse>,
    pub(crate) state: Option<String>,
}

impl Shield {
    /// The input for a second call, where one is needed to be sure of the
    /// placeholders in `request`.
    ///
    /// # Errors
    /// When the input cannot be masked.
    pub(crate) fn needed(
        input: &Untrusted<'_>,
        request: &HttpRequest,
    ) -> Result<Option<Self>, Problem> {
        if placeholders(request).is_empty() {
            return Ok(None);
        }
        let texts = texts(input);
        let possible = texts.iter().any(|text| has_opening(text)) && has_letters(&texts);
        if !possible {
            return Ok(None);
        }
        let mask = Mask::new(&texts).ok_or_else(ambiguous)?;
        Ok(Some(Self {
            message: mask_message(&mask, input.message)?,
            response: input.response.map(|response| HttpResponse {
                status: response.status,
                headers: response
                    .headers
                    .iter()
                    .map(|(name, value)| (name.clone(), mask.text(value)))
                    .collect(),
                body: mask.json(&response.body),
            }),
            state: input.state.map(|state| mask.json(state)),
            mask,
        }))
    }

    /// The request to send: `plain` from the first call, or `masked` from the
    /// second, which is `None` if that call made no request.
    ///
    /// # Errors
    /// When it cannot be told which placeholders are the adapter's own.
    pub(crate) fn choose(
        self,
        plain: HttpRequest,
        masked: Option<HttpRequest>,
    ) -> Result<Filling, Problem> {
        let masked = masked.ok_or_else(ambiguous)?;
        if placeholders(&plain) == placeholders(&masked) {
            Ok(Filling::plain(plain))
        } else {
            Ok(Filling { request: masked, mask: Some(self.mask) })
        }
    }
}

/// A request whose placeholders are all the adapter's own.
#[derive(Debug)]
pub(crate) struct Filling {
    request: HttpRequest,
    mask: Option<Mask>,
}

impl Filling {
    /// The request of an input that is no danger.
    pub(crate) fn plain(request: HttpRequest) -> Self {
        Self { request, mask: None }
    }

    /// Fills the secrets in.
    pub(crate) fn fill(&self, channel: &Channel) -> Result<OutgoingRequest, Problem> {
        match &self.mask {
            Some(mask) => fill_with(&self.request, channel, Some(mask)),
            None => fill(&self.request, channel),
        }
    }

    /// Method, URL and body as a person may see them.
    pub(crate) fn shown(&self) -> (String, String, Option<String>) {
        let restore = |text: &String| match &self.mask {
            Some(mask) => mask.restore(text),
            None => text.clone(),
        };
        let HttpRequest { method, url, body, .. } = &self.request;
        (method.clone(), restore(url), body.as_ref().map(restore))
    }

    /// The adapter's note that came with the request, without the mask.
    pub(crate) fn state(&self, state: String) -> String {
        match &self.mask {
            Some(mask) => mask.restore(&state),
            None => state,
        }
    }

    /// Whether the request comes from the second call.
    pub(crate) fn is_masked(&self) -> bool {
        self.mask.is_some()
    }
}

fn ambiguous() -> Problem {
    Problem::invalid(
        "placeholder_in_message",
        "the message has text in it that the host cannot tell from a placeholder for a secret",
    )
    .action("Write the message without `{secret:…}`.")
}

/// Whether the letters of `secret` are there at all, in whatever order and
/// however far apart: an adapter may join texts and strip marks from them.
fn has_letters(texts: &[Cow<'_, str>]) -> bool {
    let count = |letter: u8| {
        texts
            .iter()
            .flat_map(|text| text.bytes())
            .filter(|byte| byte.eq_ignore_ascii_case(&letter))
            .take(2)
            .count()
    };
    count(b's') >= 1 && count(b'e') >= 2 && count(b'c') >= 1 && count(b'r') >= 1 && count(b't') >= 1
}

/// All texts of an input, as a guest sees them once it has decoded JSON.
fn texts<'a>(input: &Untrusted<'a>) -> Vec<Cow<'a, str>> {
    let message = input.message;
    let mut plain: Vec<Option<&'a str>> =
        vec![Some(&message.id), Some(&message.conversation), message.reply_to.as_deref()];
    match &message.content {
        Content::Text(Text { body, markup: _ }) => plain.push(Some(body)),
        Content::Document(media) | Content::Audio(media) | Content::Video(media) => {
            let Media { source, mime, filename, caption, size: _, duration: _, voice: _ } = media;
            let (MediaSource::Url(source) | MediaSource::Handle(source)) = source;
            plain.extend([
                Some(source.as_str()),
                mime.as_deref(),
                filename.as_deref(),
                caption.as_deref(),
            ]);
        }
        Content::Location(Location { name, address, latitude: _, longitude: _ }) => {
            plain.extend([name.as_deref(), address.as_deref()]);
        }
        Content::Contact(Contact { name, phones, emails, organization, vcard }) => {
            plain.extend([Some(name.as_str()), organization.as_deref(), vcard.as_deref()]);
            plain.extend(emails.iter().map(|email| Some(email.as_str())));
            for Phone { number, label } in phones {
                plain.extend([Some(number.as_str()), label.as_deref()]);
            }
        }
    }
    let mut texts: Vec<_> = plain.into_iter().flatten().map(Cow::Borrowed).collect();
    texts.extend(strings(message.extra.as_json()));
    if let Some(response) = input.response {
        texts.extend(response.headers.iter().map(|(_, value)| Cow::Borrowed(value.as_str())));
        texts.extend(strings(&response.body));
    }
    if let Some(state) = input.state {
        texts.extend(strings(state));
    }
    texts
}

fn mask_message(mask: &Mask, message: &OutboundMessage) -> Result<OutboundMessage, Problem> {
    let text = |text: &String| mask.text(text);
    let optional = |text: &Option<String>| text.as_ref().map(|text| mask.text(text));
    let media = |media: &Media| {
        let Media { source, mime, filename, caption, size, duration, voice } = media;
        Media {
            source: match source {
                MediaSource::Url(url) => MediaSource::Url(text(url)),
                MediaSource::Handle(handle) => MediaSource::Handle(text(handle)),
            },
            mime: optional(mime),
            filename: optional(filename),
            caption: optional(caption),
            size: *size,
            duration: *duration,
            voice: *voice,
        }
    };
    let content = match &message.content {
        Content::Text(Text { body, markup }) => {
            Content::Text(Text { body: text(body), markup: *markup })
        }
        Content::Document(file) => Content::Document(media(file)),
        Content::Audio(file) => Content::Audio(media(file)),
        Content::Video(file) => Content::Video(media(file)),
        Content::Location(Location { latitude, longitude, name, address }) => {
            Content::Location(Location {
                latitude: *latitude,
                longitude: *longitude,
                name: optional(name),
                address: optional(address),
            })
        }
        Content::Contact(Contact { name, phones, emails, organization, vcard }) => {
            Content::Contact(Contact {
                name: text(name),
                phones: phones
                    .iter()
                    .map(|Phone { number, label }| Phone {
                        number: text(number),
                        label: optional(label),
                    })
                    .collect(),
                emails: emails.iter().map(text).collect(),
                organization: optional(organization),
                vcard: optional(vcard),
            })
        }
    };
    Ok(OutboundMessage {
        id: message.id.clone(),
        conversation: text(&message.conversation),
        content,
        reply_to: optional(&message.reply_to),
        extra: Extra::from_json(mask.json(message.extra.as_json())).map_err(|_| ambiguous())?,
    })
}
