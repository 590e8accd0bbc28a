//! The same mapping in a newer version.

use eclusa_hostile::shop::Shop;

struct Second;

impl Shop for Second {}

eclusa_hostile::adapter!(Second);
