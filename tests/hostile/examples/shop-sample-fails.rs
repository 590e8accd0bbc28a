//! Brings a sample that expects another text.

use eclusa_hostile::shop::{self, Shop};
use serde_json::Value;

struct SampleFails;

impl Shop for SampleFails {
    fn manifest(manifest: &mut Value) {
        let body = "/samples/receive/0/events/0/message/text/body";
        shop::put(manifest, body, "Olá!".into());
    }
}

eclusa_hostile::adapter!(SampleFails);
