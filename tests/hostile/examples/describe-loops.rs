//! Never returns from `describe`.

use eclusa_hostile::Adapter;

struct Hostile;

impl Adapter for Hostile {
    fn describe() -> String {
        eclusa_hostile::misbehave("loop");
        String::new()
    }
}

eclusa_hostile::adapter!(Hostile);
