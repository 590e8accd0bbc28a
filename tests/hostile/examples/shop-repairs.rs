//! Knows the kind `voice` too.

use eclusa_hostile::exchange::Problem;
use eclusa_hostile::messages::{Content, Media};
use eclusa_hostile::shop::{self, Entry, Shop};
use serde_json::{Value, json};

struct Repairs;

impl Shop for Repairs {
    fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
        if kind == "voice" {
            return Ok(Some(Content::Audio(Media { voice: true, ..shop::media(entry)? })));
        }
        shop::content(kind, entry)
    }

    fn manifest(manifest: &mut Value) {
        shop::put(manifest, "/inbound/audio", json!({ "level": "full" }));
    }
}

eclusa_hostile::adapter!(Repairs);
