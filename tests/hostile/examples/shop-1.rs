//! The first revision of the shop's adapter.

use eclusa_hostile::shop::Shop;

struct First;

impl Shop for First {
    const VERSION: &str = "1.0.0";
}

eclusa_hostile::adapter!(First);
