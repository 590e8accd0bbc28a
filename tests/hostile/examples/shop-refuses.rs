//! Does not know the kind `file`.

use eclusa_hostile::exchange::Problem;
use eclusa_hostile::messages::Content;
use eclusa_hostile::shop::{self, Entry, Shop};

struct Refuses;

impl Shop for Refuses {
    fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
        if kind == "file" { Ok(None) } else { shop::content(kind, entry) }
    }
}

eclusa_hostile::adapter!(Refuses);
