//! Says that somebody is typing, before each message.

use eclusa_hostile::messages::{Event, Typing};
use eclusa_hostile::shop::Shop;
use serde_json::{Value, json};

struct NewEvent;

impl Shop for NewEvent {
    fn events(event: Event) -> Vec<Event> {
        let Event::Message(message) = &event else { return vec![event] };
        let typing = Typing {
            conversation: message.conversation.clone(),
            sender: message.sender.clone(),
            active: true,
        };
        vec![Event::Typing(typing), event]
    }

    fn manifest(manifest: &mut Value) {
        let samples = manifest.pointer_mut("/samples/receive").and_then(Value::as_array_mut);
        for sample in samples.into_iter().flatten() {
            let Some(from) = sample.pointer("/events/0/message/from").cloned() else { continue };
            let typing = json!({ "conversation": "T1", "from": from, "active": true });
            let typing = json!({ "type": "typing", "occurred_at": null, "typing": typing });
            if let Some(events) = sample.get_mut("events").and_then(Value::as_array_mut) {
                events.insert(0, typing);
            }
        }
    }
}

eclusa_hostile::adapter!(NewEvent);
