//! Where the system does not tell of changes.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::support::{Folder, RESCANNED};

#[tokio::test]
async fn a_change_through_another_name_is_found_by_reading_again() {
    let folder = Folder::new();
    folder.replace("x.wasm", "1");
    fs::hard_link(folder.file("x.wasm"), folder.beside("other")).unwrap();
    let mut watched = folder.watch(RESCANNED);
    watched.expect("x=1").await;
    fs::write(folder.beside("other"), "2").unwrap();
    watched.expect("x=2").await;
}

/// The test below in a process of its own: its limits would hurt the others.
const ALONE: &str = "ECLUSA_TEST_WATCH_ALONE";

#[test]
fn without_inotify_the_folder_is_read_again_and_again() {
    let name = "unannounced::without_inotify_the_folder_is_read_again_and_again";
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(without_inotify());
        return;
    }
    let mut alone = Command::new(std::env::current_exe().unwrap());
    let output = alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}{errors}");
}

async fn without_inotify() {
    let folder = Folder::new();
    // Two open files are left: enough to save and read files, not for inotify,
    // which takes three.
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), maximum: Some(64) }).unwrap();
    let mut held: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    held.truncate(held.len() - 2);
    let mut watched = folder.watch(RESCANNED);
    for content in ["1", "2"] {
        // The watcher may hold both at this moment.
        let saved = retried(|| fs::write(folder.file("x.wasm"), content).is_ok());
        assert!(saved);
        watched.expect(&format!("x={content}")).await;
        assert!(retried(|| inotify_is_open() == Some(false)));
    }
    // It is tried again until it works.
    drop(held);
    assert!(retried(|| inotify_is_open() == Some(true)));
    fs::write(folder.file("x.wasm"), "3").unwrap();
    watched.expect("x=3").await;
}

fn retried(mut attempt: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(10) {
        if attempt() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// Whether a file of this process is an inotify; `None` where that cannot be seen.
fn inotify_is_open() -> Option<bool> {
    let names = fs::read_dir("/proc/self/fd").ok()?;
    let links = names.filter_map(|name| fs::read_link(name.ok()?.path()).ok());
    Some(links.into_iter().any(|link| link.to_string_lossy().contains("inotify")))
}
