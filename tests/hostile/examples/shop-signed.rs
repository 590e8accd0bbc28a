//! Signs each request by a key that is written in Base64.

use eclusa_hostile::shop::{self, Shop};
use serde_json::{Value, json};

struct Signed;

impl Shop for Signed {
    fn manifest(manifest: &mut Value) {
        let verification = json!({
            "scheme": "hmac-sha256", "header": "x-shop-signature", "encoding": "hex",
            "secret": "token", "key": "base64", "signed_content": "{body}",
        });
        shop::put(manifest, "/verification", verification);
    }
}

eclusa_hostile::adapter!(Signed);
