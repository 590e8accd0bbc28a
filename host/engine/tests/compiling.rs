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
        assert!(compile_threads().is_empty());
        let (mine, all) = (time(ClockId::ThreadCPUTime), time(ClockId::ProcessCPUTime));
        let loaded = engine.load("behave", &bytes).unwrap();
        let mine = time(ClockId::ThreadCPUTime) - mine;
        let all = time(ClockId::ProcessCPUTime) - all;
        let (count, theirs) = (compile_threads().len(), compile_threads().iter().sum::<Duration>());
        let found = format!("{mine:?} on the calling thread, {theirs:?} on theirs, {all:?} in all");
        println!("{found}");
        assert!(mine * 4 < all && theirs * 2 > all, "{found}");
        assert_eq!(count, std::thread::available_parallelism().unwrap().get());
        drop((engine, loaded));
    }
    let engine = open();
    let before = compile_threads().len();
    let stages = engine.load("behave", &bytes).unwrap().stages;
    let compile = stages.iter().find(|stage| stage.stage == StageName::Compile).unwrap();
    assert_eq!(compile.message, "taken from the cache");
    assert!(compile_threads().len() <= before, "no new threads");
}

/// How long each thread of this process has run that is named as those that
/// compile.
fn compile_threads() -> Vec<Duration> {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let stats = threads.flat_map(|thread| std::fs::read_to_string(thread.path().join("stat")));
    stats
        .filter_map(|stat| {
            // `id (name) state …`: in user mode and in the kernel, in hundredths of
            // a second, are the twelfth and thirteenth after the name.
            let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
            let ticks = rest.split(' ').skip(11).take(2).flat_map(str::parse::<u64>);
            name.starts_with("compile-").then(|| Duration::from_millis(10 * ticks.sum::<u64>()))
        })
        .collect()
}

fn time(clock: ClockId) -> Duration {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
    Duration::new(tv_sec.try_into().unwrap(), tv_nsec.try_into().unwrap())
}
