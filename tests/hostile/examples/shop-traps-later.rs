//! Traps on a text with `boom` in it, and on nothing else.

use eclusa_hostile::exchange::Problem;
use eclusa_hostile::messages::Content;
use eclusa_hostile::shop::{self, Entry, Shop};

struct TrapsLater;

impl Shop for TrapsLater {
    fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
        if entry.opt("text").is_some_and(|text| text.contains("boom")) {
            eclusa_hostile::misbehave("panic");
        }
        shop::content(kind, entry)
    }
}

eclusa_hostile::adapter!(TrapsLater);
