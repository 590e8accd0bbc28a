//! Panics in `describe`, with a message.

use eclusa_hostile::Adapter;

struct Hostile;

impl Adapter for Hostile {
    fn describe() -> String {
        eclusa_hostile::misbehave("panic");
        String::new()
    }
}

eclusa_hostile::adapter!(Hostile);
