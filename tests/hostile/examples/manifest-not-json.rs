//! Returns a manifest that is cut off.

use eclusa_hostile::Adapter;

struct Hostile;

impl Adapter for Hostile {
    fn describe() -> String {
        let manifest = eclusa_hostile::manifest("cut").to_string();
        manifest.split_at(40).0.to_owned()
    }
}

eclusa_hostile::adapter!(Hostile);
