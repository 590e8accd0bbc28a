//! Wants a setting that the first revision did not want.

use eclusa_hostile::shop::{self, Shop};
use serde_json::{Value, json};

struct NeedsSetting;

impl Shop for NeedsSetting {
    fn manifest(manifest: &mut Value) {
        shop::put(manifest, "/settings_schema/properties/region", json!({ "type": "string" }));
        shop::put(manifest, "/settings_schema/required", json!(["region"]));
    }
}

eclusa_hostile::adapter!(NeedsSetting);
