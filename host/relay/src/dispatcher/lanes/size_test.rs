//! What a lane costs, measured in a process of its own: other tests would count.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use eclusa_journal::{Lane, Target};

use super::Lanes;

/// Set in the process that measures.
const MEASURE: &str = "ECLUSA_TEST_MEASURE_LANES";
const LANES: u32 = 200_000;

/// A million conversations that wait have to fit beside everything else.
#[test]
fn a_lane_with_one_delivery_is_small() {
    if std::env::var_os(MEASURE).is_some() {
        println!("\nbytes={}", measured());
        return;
    }
    let name = std::thread::current().name().unwrap().to_owned();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([&name, "--exact", "--nocapture", "--test-threads=1"])
        .env(MEASURE, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let bytes = printed.lines().find_map(|line| line.strip_prefix("bytes=")).unwrap();
    let bytes: u64 = bytes.parse().unwrap();
    println!("{bytes} bytes for each lane with one delivery");
    assert!((50..250).contains(&bytes), "{bytes} bytes for each lane");
}

fn measured() -> u64 {
    let mut lanes = Lanes::new(1);
    let before = resident();
    for id in 0..LANES {
        let lane = Lane {
            target: Target::Chat,
            channel: "telegram-sales".to_owned(),
            conversation: (1_000_000_000 + id).to_string(),
        };
        lanes.push(i64::from(id), &lane, 0, 0);
    }
    let after = resident();
    assert_eq!(lanes.lanes(), LANES as usize);
    after.saturating_sub(before) / u64::from(LANES)
}

/// What this process has resident, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
    kib * 1024
}
