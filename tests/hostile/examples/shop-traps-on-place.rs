//! Traps on a place, and has no sample that would show it.

use eclusa_hostile::exchange::Problem;
use eclusa_hostile::messages::Content;
use eclusa_hostile::shop::{self, Entry, Shop};
use serde_json::Value;

struct TrapsOnPlace;

impl Shop for TrapsOnPlace {
    fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
        if kind == "place" {
            eclusa_hostile::misbehave("panic");
        }
        shop::content(kind, entry)
    }

    fn manifest(manifest: &mut Value) {
        shop::forget_sample(manifest, "receive", "place");
    }
}

eclusa_hostile::adapter!(TrapsOnPlace);
