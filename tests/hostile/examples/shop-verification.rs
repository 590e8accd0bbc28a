//! Asks for the token in each request.

use eclusa_hostile::shop::{self, Shop};
use serde_json::{Value, json};

struct Verification;

impl Shop for Verification {
    fn manifest(manifest: &mut Value) {
        let verification =
            json!({ "scheme": "header-secret", "header": "x-shop-token", "secret": "token" });
        shop::put(manifest, "/verification", verification);
    }
}

eclusa_hostile::adapter!(Verification);
