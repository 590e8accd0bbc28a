//! How much text an adapter returned. A few additions for each call: wasmtime
//! counts it too, but keeps the figure to itself.

use eclusa_model as model;

/// The bytes of all texts within a value.
pub(crate) trait Weight {
    fn weight(&self) -> usize;
}

impl Weight for String {
    fn weight(&self) -> usize {
        self.len()
    }
}

impl<T: Weight> Weight for Option<T> {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, Weight::weight)
    }
}

impl<T: Weight> Weight for Vec<T> {
    fn weight(&self) -> usize {
        self.iter().map(Weight::weight).sum()
    }
}

impl<A: Weight, B: Weight> Weight for (A, B) {
    fn weight(&self) -> usize {
        self.0.weight() + self.1.weight()
    }
}

impl<T: Weight, E: Weight> Weight for Result<T, E> {
    fn weight(&self) -> usize {
        match self {
            Ok(value) => value.weight(),
            Err(error) => error.weight(),
        }
    }
}

impl Weight for model::Extra {
    fn weight(&self) -> usize {
        match self.as_json() {
            // What the host puts in where there is nothing.
            "{}" => 0,
            json => json.len(),
        }
    }
}

/// Values without text.
macro_rules! weightless {
    ($($name:ty),*) => {$(
        impl Weight for $name {
            fn weight(&self) -> usize {
                0
            }
        }
    )*};
}

/// Adds all fields of a record up. A field that is left out does not compile.
macro_rules! record {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Weight for model::$name {
            fn weight(&self) -> usize {
                let Self { $($field),* } = self;
                0 $(+ $field.weight())*
            }
        }
    )*};
}

/// The value within a case.
macro_rules! variant {
    ($($name:ident { $($case:ident),* })*) => {$(
        impl Weight for model::$name {
            fn weight(&self) -> usize {
                match self {
                    $(Self::$case(value) => value.weight(),)*
                }
            }
        }
    )*};
}

weightless!(bool, u16, u32, u64, f64, model::Markup, model::DeliveryState);
weightless!(model::ProblemKind, model::WarningKind);

record! {
    Received { events, reply, warnings }
    Prepared { request, warnings }
    HttpRequest { method, url, headers, body }
    HttpResponse { status, headers, body }
    NextRequest { request, state }
    Receipt { external_id, warnings }
    Postponement { after_seconds, problem }
    Problem { kind, code, message, pointer, action, retryable }
    Warning { kind, code, message, pointer }
    InboundMessage { external_id, conversation, sender, sent_at, content, reply_to, extra }
    MessageEdit { message, edited_at }
    MessageDeletion { external_id, conversation, sender, deleted_at, extra }
    MessageStatus { external_id, conversation, state, at, errors, extra }
    DeliveryError { code, message, details }
    Reaction { target, conversation, sender, emoji, removed, at, extra }
    Typing { conversation, sender, active }
    Postback { external_id, conversation, sender, payload, title, reply_to, at, extra }
    Participant { id, name, username, phone, email, language, avatar_url }
    Text { body, markup }
    Media { source, mime, filename, caption, size, duration, voice }
    Location { latitude, longitude, name, address }
    Contact { name, phones, emails, organization, vcard }
    Phone { number, label }
}

variant! {
    Event { Message, Edited, Deleted, Status, Reaction, Typing, Postback }
    Content { Text, Document, Audio, Video, Location, Contact }
    MediaSource { Url, Handle }
    Outcome { Sent, Next, Retry, Refused }
    MediaStep { File, Ask }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_texts_count_once() {
        let request = model::HttpRequest {
            method: "POST".into(),
            url: "https://a.example".into(),
            headers: vec![("a".into(), "bc".into())],
            body: Some("12345".into()),
        };
        assert_eq!(model::Prepared::from(request.clone()).weight(), 4 + 17 + 3 + 5);
        let next = model::NextRequest { request, state: "st".into() };
        assert_eq!(model::Outcome::Next(next).weight(), 29 + 2);
        let problem = model::Problem::invalid("code", "message").at("/a");
        assert_eq!(Err::<model::Received, _>(problem).weight(), 4 + 7 + 2);
        assert_eq!(model::Extra::default().weight(), 0);
        let message = model::InboundMessage {
            external_id: "1".into(),
            conversation: "22".into(),
            sender: model::Participant::new("333"),
            sent_at: None,
            content: model::Content::text("olá"),
            reply_to: None,
            extra: model::Extra::default(),
        };
        let received = model::Received::events(vec![model::Event::Message(message); 2]);
        assert_eq!(received.weight(), 2 * (1 + 2 + 3 + 4));
    }
}
