//! `extra.order` is called `extra.order_id`.

use eclusa_hostile::shop::Shop;

struct Renames;

impl Shop for Renames {
    const ORDER: &str = "order_id";
}

eclusa_hostile::adapter!(Renames);
