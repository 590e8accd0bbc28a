//! Where compilations run. One test: it looks at the threads of its process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
#![cfg(target_os = "linux")]

mod support;

use std::time::Duration;

use eclusa_engine::{Engine, EngineConfig, StageName};
use rustix::time::{ClockId, Timespec, clock_gettime};
use support::hostile;

#[test]
fn compilations_run_on_threads_of_their_own_that_a_cached_adapter_does_not_need() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let cache_dir = Some(folder.path().to_owned());
        Engine::new(EngineConfig { cache_dir, ..EngineConfig::default() }).unwrap()
    };
    let bytes = hostile("behave");
    {
        let engine = open();
        assert_eq!(compile_threads(), 0);
        let (mine, all) = (time(ClockId::ThreadCPUTime), time(ClockId::ProcessCPUTime));
        let loaded = engine.load("behave", &bytes).unwrap();
        let mine = time(ClockId::ThreadCPUTime) - mine;
        let all = time(ClockId::ProcessCPUTime) - all;
        println!("{mine:?} of {all:?} on the calling thread");
        assert!(mine * 4 < all, "{mine:?} of {all:?} on the calling thread");
        let expected = std::thread::available_parallelism().unwrap().get();
        assert_eq!(compile_threads(), expected);
        drop((engine, loaded));
    }
    let engine = open();
    let before = compile_threads();
    let stages = engine.load("behave", &bytes).unwrap().stages;
    let compile = stages.iter().find(|stage| stage.stage == StageName::Compile).unwrap();
    assert_eq!(compile.message, "taken from the cache");
    assert!(compile_threads() <= before, "no new threads");
}

/// How many threads of this process are named as those that compile.
fn compile_threads() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads.flatten().map(|thread| std::fs::read_to_string(thread.path().join("comm")));
    names.flatten().filter(|name| name.starts_with("compile-")).count()
}

fn time(clock: ClockId) -> Duration {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
    Duration::new(tv_sec.try_into().unwrap(), tv_nsec.try_into().unwrap())
}
