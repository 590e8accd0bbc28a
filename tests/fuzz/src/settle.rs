//! Responses of chats: no adapter breaks on any, and what it asks for next can be
//! asked for.
//!
//! Input: a line with the status, a line with the adapter's own note (none where
//! it is empty), and the body.

use eclusa_model::{Content, Extra, HttpResponse, OutboundMessage, Outcome};

use crate::adapters;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (status, rest) = text.split_once('\n').unwrap_or(("200", text));
    let (state, body) = rest.split_once('\n').unwrap_or(("", rest));
    let status: u16 = status.parse().unwrap_or(200);
    let response =
        HttpResponse { status: status.clamp(200, 599), headers: Vec::new(), body: body.to_owned() };
    let state = (!state.is_empty()).then_some(state);
    let message = OutboundMessage {
        id: "01JTE1EGRAM000000000000014".to_owned(),
        conversation: "5551112223".to_owned(),
        content: Content::text("Oi"),
        reply_to: None,
        extra: Extra::default(),
    };
    adapters::with_context(|cx| {
        for adapter in &adapters::ALL {
            let first = (adapter.settle)(cx, &message, &response, state);
            let again = (adapter.settle)(cx, &message, &response, state);
            assert_eq!(again, first, "{} is not pure", adapter.name);
            if let Outcome::Next(next) = &first {
                adapters::check_request(adapter.name, &next.request);
            }
        }
    });
}
