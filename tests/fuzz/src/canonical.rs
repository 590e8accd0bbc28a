//! Canonical JSON: what is read is valid, and written again it is the same.

use eclusa_model::{Content, Extra, OutboundMessage};

pub(crate) fn run(bytes: &[u8]) {
    if let Ok(message) = serde_json::from_slice::<OutboundMessage>(bytes) {
        assert_eq!(message.content.validate(), Ok(()), "read, and not valid");
        let written = match serde_json::to_string(&message) {
            Ok(written) => written,
            Err(error) => panic!("it cannot be written: {error}"),
        };
        match serde_json::from_str::<OutboundMessage>(&written) {
            Ok(again) => assert_eq!(rounded(again), rounded(message), "{written}"),
            Err(error) => panic!("it cannot be read again: {error}: {written}"),
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(extra) = Extra::from_json(text.to_owned()) {
        let keys = serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(extra.as_json());
        // Numbers beyond a float and deep nesting are kept as text, and not looked at.
        if let Ok(keys) = keys {
            assert_eq!(extra.is_empty(), keys.is_empty(), "{text}");
        }
    }
}

/// Reading a float may miss it by its last bit, far below what a place or a
/// duration means.
fn rounded(mut message: OutboundMessage) -> OutboundMessage {
    let round = |number: &mut f64| {
        let scaled = *number * 1e9;
        if scaled.is_finite() {
            *number = scaled.round() / 1e9;
        }
    };
    match &mut message.content {
        Content::Location(location) => {
            round(&mut location.latitude);
            round(&mut location.longitude);
        }
        Content::Document(media) | Content::Audio(media) | Content::Video(media) => {
            // Beyond a float's whole numbers there is nothing to round.
            media.duration = media.duration.filter(|duration| *duration < 1e6);
            if let Some(duration) = &mut media.duration {
                round(duration);
            }
        }
        Content::Text(_) | Content::Contact(_) => {}
    }
    message
}
