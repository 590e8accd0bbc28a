//! Traps on every message to the chat, and has no sample that would show it.

use eclusa_hostile::shop::{self, Shop};
use serde_json::Value;

struct SendTraps;

impl Shop for SendTraps {
    fn sending() {
        eclusa_hostile::misbehave("panic");
    }

    fn manifest(manifest: &mut Value) {
        shop::forget_sample(manifest, "send", "text");
    }
}

eclusa_hostile::adapter!(SendTraps);
