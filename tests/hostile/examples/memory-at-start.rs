//! Starts with 100 MiB of memory.

use std::sync::Mutex;

use eclusa_hostile::Adapter;

static SPACE: Mutex<[u8; 100 << 20]> = Mutex::new([0; 100 << 20]);

struct Greedy;

impl Adapter for Greedy {
    fn describe() -> String {
        let size = SPACE.lock().map_or(0, |space| std::hint::black_box(&*space).len());
        eclusa_hostile::manifest(&format!("greedy-{size}")).to_string()
    }
}

eclusa_hostile::adapter!(Greedy);
