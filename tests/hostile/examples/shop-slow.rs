//! Gives the right answers, and takes milliseconds for each.

use eclusa_hostile::shop::Shop;

struct Slow;

impl Shop for Slow {
    fn receiving() {
        eclusa_hostile::misbehave("late");
    }

    fn sending() {
        eclusa_hostile::misbehave("late");
    }
}

eclusa_hostile::adapter!(Slow);
