//! Messages to chats: no adapter breaks on any that the host takes, and the
//! requests can be made.

use eclusa_model::OutboundMessage;

use crate::adapters;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(message) = serde_json::from_slice::<OutboundMessage>(bytes) else { return };
    adapters::with_context(|cx| {
        for adapter in &adapters::ALL {
            let first = (adapter.send)(cx, &message);
            assert_eq!((adapter.send)(cx, &message), first, "{} is not pure", adapter.name);
            if let Ok(prepared) = &first {
                adapters::check_request(adapter.name, &prepared.request);
            }
        }
    });
}
