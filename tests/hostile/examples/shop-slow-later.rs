//! Takes milliseconds for a text with `slow` in it, and for nothing else.

use eclusa_hostile::exchange::Problem;
use eclusa_hostile::messages::Content;
use eclusa_hostile::shop::{self, Entry, Shop};

struct SlowLater;

impl Shop for SlowLater {
    fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
        if entry.opt("text").is_some_and(|text| text.contains("slow")) {
            eclusa_hostile::misbehave("late");
        }
        shop::content(kind, entry)
    }
}

eclusa_hostile::adapter!(SlowLater);
