//! Drops the last word of a text that has more than one.

use eclusa_hostile::exchange::Problem;
use eclusa_hostile::messages::Content;
use eclusa_hostile::shop::{self, Entry, Shop};

struct Drops;

impl Shop for Drops {
    fn content(kind: &str, entry: &Entry<'_>) -> Result<Option<Content>, Problem> {
        let mut content = shop::content(kind, entry)?;
        if let Some(Content::Text(text)) = &mut content
            && let Some((before, _)) = text.body.rsplit_once(' ')
        {
            text.body = before.to_owned();
        }
        Ok(content)
    }
}

eclusa_hostile::adapter!(Drops);
