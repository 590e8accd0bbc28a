//! Wants a secret that the first revision did not want.

use eclusa_hostile::shop::{self, Shop};
use serde_json::{Value, json};

struct NeedsSecret;

impl Shop for NeedsSecret {
    fn manifest(manifest: &mut Value) {
        let secrets = json!([
            { "name": "token", "summary": "Proves that a request comes from the shop." },
            { "name": "api-key", "summary": "Any text.", "required": true },
        ]);
        shop::put(manifest, "/secrets", secrets);
    }
}

eclusa_hostile::adapter!(NeedsSecret);
