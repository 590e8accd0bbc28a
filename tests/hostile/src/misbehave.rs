//! What can be done wrong in any function.

use crate::messages::{Contact, Content};

/// Does what it is told; returns where that is something else.
pub fn misbehave(told: &str) {
    match told {
        "panic" => panic!("told to panic"),
        "trap" => std::process::abort(),
        "exit" => std::process::exit(1),
        "loop" => spin(),
        "slow" => drop(work(20_000_000)),
        "late" => drop(work(9_000_000)),
        "memory" => hoard(),
        "recurse" => drop(dive(1, [1; 64])),
        "recurse-small" => drop(climb(1)),
        "stderr" => loop {
            eprintln!("{}", "endless ".repeat(100));
        },
        "stderr-then-panic" => {
            for line in 0..10_000 {
                eprintln!("line {line}");
            }
            panic!("after many lines");
        }
        "index" => {
            let none: Vec<u8> = std::hint::black_box(Vec::new());
            let _seventh = std::hint::black_box(none[7]);
        }
        _ => {}
    }
}

fn spin() {
    let mut count = 0_u64;
    loop {
        count = std::hint::black_box(count.wrapping_add(1));
    }
}

fn work(rounds: u64) -> u64 {
    (0..rounds).fold(0, |sum, round| std::hint::black_box(sum ^ round))
}

fn hoard() {
    let mut kept = Vec::new();
    loop {
        // Not written to: the limit on memory is to be met before that on time.
        kept.push(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
}

/// Uses up the stack in memory.
fn dive(depth: u64, space: [u64; 64]) -> u64 {
    if std::hint::black_box(depth) == 0 {
        return 0;
    }
    let mut space = std::hint::black_box(space);
    space[(depth % 64) as usize] = depth;
    let below = dive(std::hint::black_box(depth + 1), space);
    below.wrapping_add(std::hint::black_box(space)[7])
}

/// Uses up the stack of the engine.
fn climb(depth: u64) -> u64 {
    if std::hint::black_box(depth) == 0 { 0 } else { climb(depth + 1).wrapping_add(depth) }
}

/// Thousands of strings that all are the same 4 MB: little memory in here, many
/// gigabytes once they are copied out.
pub fn aliases() -> Content {
    let text: &'static str = Box::leak("x".repeat(4 << 20).into_boxed_str());
    let emails = (0..5_000)
        // SAFETY: none. This breaks every rule about ownership, on purpose; the
        // sandbox around it is what is tested.
        .map(|_| unsafe {
            String::from_raw_parts(text.as_ptr().cast_mut(), text.len(), text.len())
        })
        .collect();
    Content::Contact(Contact {
        name: "many".into(),
        phones: Vec::new(),
        emails,
        organization: None,
        vcard: None,
    })
}

/// What can be found out about the world outside.
pub fn world() -> String {
    let random = {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(1)
    };
    let time = std::time::SystemTime::UNIX_EPOCH.elapsed().map(|since| since.as_secs());
    format!(
        "args {} · vars {} · time {time:?} · random {random} · file {} · dir {} · stdin {:?}",
        std::env::args().count(),
        std::env::vars().count(),
        std::fs::read_to_string("/etc/passwd").is_ok(),
        std::fs::read_dir("/").is_ok(),
        std::io::read_to_string(std::io::stdin()).map(|text| text.len()),
    )
}
