//! Returns a manifest of 3 MB.

use eclusa_hostile::Adapter;

struct Hostile;

impl Adapter for Hostile {
    fn describe() -> String {
        " ".repeat(3 << 20)
    }
}

eclusa_hostile::adapter!(Hostile);
