//! Canonical JSON: what is read is valid, and written again it is the same.

use eclusa_model::{Extra, OutboundMessage};

pub(crate) fn run(bytes: &[u8]) {
    if let Ok(message) = serde_json::from_slice::<OutboundMessage>(bytes) {
        assert_eq!(message.content.validate(), Ok(()), "read, and not valid");
        let written = match serde_json::to_string(&message) {
            Ok(written) => written,
            Err(error) => panic!("it cannot be written: {error}"),
        };
        match serde_json::from_str::<OutboundMessage>(&written) {
            Ok(again) => assert_eq!(again, message, "{written}"),
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
