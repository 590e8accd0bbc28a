//! Brings two samples that do not become what they say.

use eclusa_hostile::Adapter;

struct Hostile;

impl Adapter for Hostile {
    fn describe() -> String {
        let mut manifest = eclusa_hostile::manifest("sample-fails");
        eclusa_hostile::set(
            &mut manifest,
            "samples",
            serde_json::json!({
                "receive": [{ "name": "text", "request": { "body": "hello" }, "events": [] }],
                "send": [{
                    "name": "text",
                    "message": { "conversation": "c", "type": "text", "text": { "body": "hello" } },
                    "request": { "method": "POST", "url": "https://chat.example/other" }
                }]
            }),
        );
        manifest.to_string()
    }
}

eclusa_hostile::adapter!(Hostile);
