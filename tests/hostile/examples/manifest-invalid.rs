//! Returns a manifest with a key that the contract does not know.

use eclusa_hostile::Adapter;

struct Hostile;

impl Adapter for Hostile {
    fn describe() -> String {
        let mut manifest = eclusa_hostile::manifest("invalid");
        eclusa_hostile::set(&mut manifest, "colour", "blue".into());
        manifest.to_string()
    }
}

eclusa_hostile::adapter!(Hostile);
