//! Traps on every response of the chat, and has no sample that would show it.

use eclusa_hostile::shop::{self, Shop};
use serde_json::{Value, json};

struct SettleTraps;

impl Shop for SettleTraps {
    fn settling() {
        eclusa_hostile::misbehave("panic");
    }

    fn manifest(manifest: &mut Value) {
        shop::put(manifest, "/samples/send/0/responses", json!([]));
    }
}

eclusa_hostile::adapter!(SettleTraps);
