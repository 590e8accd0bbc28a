//! Counts its calls, and lets the count into what it returns.

use std::sync::atomic::{AtomicU32, Ordering};

use eclusa_hostile::exchange::{Channel, Problem, Received, Request};
use eclusa_hostile::{Adapter, received, text_event};

static CALLS: AtomicU32 = AtomicU32::new(0);

struct Counts;

impl Adapter for Counts {
    fn describe() -> String {
        let sample = |name: &str| {
            serde_json::json!({
                "name": name,
                "request": { "body": "hello" },
                "events": [{
                    "type": "message.received",
                    "occurred_at": null,
                    "message": {
                        "external_id": "1",
                        "conversation": "conversation",
                        "from": { "id": "person" },
                        "type": "text",
                        "text": { "body": "hello", "markup": "plain" },
                        "sent_at": null,
                        "reply_to": null,
                        "extra": {}
                    }
                }]
            })
        };
        let mut manifest = eclusa_hostile::manifest("state-kept");
        eclusa_hostile::set(
            &mut manifest,
            "samples",
            serde_json::json!({ "receive": [sample("first"), sample("second")] }),
        );
        manifest.to_string()
    }

    fn receive(_channel: Channel, request: Request) -> Result<Received, Problem> {
        let id = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(received(vec![text_event(&id.to_string(), &request.body)]))
    }
}

eclusa_hostile::adapter!(Counts);
