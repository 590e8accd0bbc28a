//! Sends `message` instead of `text`.

use eclusa_hostile::shop::Shop;

struct SendChanges;

impl Shop for SendChanges {
    const TEXT: &str = "message";
}

eclusa_hostile::adapter!(SendChanges);
