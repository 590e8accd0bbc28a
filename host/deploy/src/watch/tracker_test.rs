//! Files on a real disk, at times of our own: what is due when, and what is said.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::inbox::Hint;
use super::look::list;
use super::tracker::Tracker;
use super::{FolderNews, WatchOptions};

pub(super) const QUIET: u64 = 40;

/// A folder, and what its tracker says at times of our own.
pub(super) struct Scene {
    pub(super) root: TempDir,
    pub(super) tracker: Tracker,
    now: Instant,
}

impl Scene {
    pub(super) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("folder")).unwrap();
        let options = WatchOptions {
            quiet: Duration::from_millis(QUIET),
            max_bytes: 100,
            ..WatchOptions::default()
        };
        let tracker = Tracker::new(root.path().join("folder"), BTreeMap::new(), options);
        Self { root, tracker, now: Instant::now() }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.root.path().join("folder").join(file)
    }

    pub(super) fn write(&self, file: &str, content: &str) {
        fs::write(self.path(file), content).unwrap();
    }

    pub(super) fn notice(&mut self, file: &str, hint: Hint) {
        self.tracker.notice(file.into(), hint, || self.now);
    }

    pub(super) fn sweep(&mut self) {
        let present = list(&self.root.path().join("folder")).unwrap();
        self.tracker.sweep(present, || self.now);
    }

    pub(super) fn pass(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
    }

    /// All that is due now.
    pub(super) fn due(&mut self) -> Vec<FolderNews> {
        let mut news = Vec::new();
        while self.tracker.next_due().is_some_and(|due| due <= self.now) {
            news.extend(self.tracker.judge(|| self.now));
        }
        news
    }

    /// The same in short.
    fn news(&mut self) -> Vec<String> {
        self.due().iter().map(short).collect()
    }

    /// Saved, announced, and told.
    fn settle(&mut self, file: &str, content: &str) {
        self.write(file, content);
        self.notice(file, Hint::Touched);
        self.pass(QUIET);
        self.due();
    }
}

fn short(news: &FolderNews) -> String {
    match news {
        FolderNews::File(file) => {
            format!("{}={}", file.name, String::from_utf8_lossy(&file.bytes))
        }
        FolderNews::Gone { name, .. } => format!("{name} gone"),
        FolderNews::Problem(problem) => format!("{}: {}", problem.name, problem.code),
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn whoever_writes_on_is_waited_for() {
    let mut scene = Scene::new();
    let mut content = String::new();
    for _ in 0..20 {
        content.push('a');
        scene.write("x.wasm", &content);
        scene.notice("x.wasm", Hint::Touched);
        scene.pass(QUIET - 1);
        assert_eq!(scene.news(), NOTHING);
    }
    scene.pass(1);
    assert_eq!(scene.news(), [format!("x={content}")]);
}

#[test]
fn writing_on_is_seen_without_being_announced() {
    let mut scene = Scene::new();
    scene.write("x.wasm", "half");
    scene.sweep();
    for content in ["half a", "half and", "half and half"] {
        scene.write("x.wasm", content);
        scene.pass(QUIET);
        assert_eq!(scene.news(), NOTHING);
    }
    scene.pass(QUIET);
    assert_eq!(scene.news(), ["x=half and half"]);
}

#[test]
fn what_is_renamed_into_place_counts_at_once() {
    let mut scene = Scene::new();
    scene.write("x.wasm", "1");
    scene.notice("x.wasm", Hint::RenamedInto);
    assert_eq!(scene.news(), ["x=1"]);
}

#[test]
fn a_renamed_link_says_nothing_about_its_file() {
    let mut scene = Scene::new();
    scene.write("target", "1");
    symlink("target", scene.path("x.wasm")).unwrap();
    scene.notice("x.wasm", Hint::RenamedInto);
    assert_eq!(scene.news(), NOTHING);
    scene.pass(QUIET);
    assert_eq!(scene.news(), ["x=1"]);
}

#[test]
fn each_file_has_its_own_time() {
    let mut scene = Scene::new();
    scene.write("x.wasm", "1");
    scene.notice("x.wasm", Hint::Touched);
    scene.pass(30);
    scene.write("a.wasm", "2");
    scene.notice("a.wasm", Hint::Touched);
    scene.pass(10);
    assert_eq!(scene.news(), ["x=1"]);
    scene.pass(30);
    assert_eq!(scene.news(), ["a=2"]);
}

#[test]
fn what_stands_still_is_not_read_again() {
    let mut scene = Scene::new();
    scene.settle("x.wasm", "1");
    scene.settle("large.wasm", &"1".repeat(101));
    scene.settle("Not Valid.wasm", "1");
    fs::create_dir(scene.path("dir.wasm")).unwrap();
    symlink("nowhere", scene.path("broken.wasm")).unwrap();
    scene.sweep();
    scene.pass(QUIET);
    assert_eq!(scene.news(), ["broken: link_broken", "dir: not_a_file"]);
    scene.sweep();
    assert_eq!(scene.tracker.next_due(), None);
}

#[test]
fn a_change_that_hides_its_time_and_size_is_found() {
    let mut scene = Scene::new();
    scene.settle("x.wasm", "1");
    let modified = fs::metadata(scene.path("x.wasm")).unwrap().modified().unwrap();
    scene.write("x.wasm", "2");
    let file = fs::File::options().write(true).open(scene.path("x.wasm")).unwrap();
    file.set_modified(modified).unwrap();
    scene.sweep();
    scene.pass(QUIET);
    assert_eq!(scene.news(), ["x=2"]);
}

#[test]
fn the_same_content_is_no_news() {
    let mut scene = Scene::new();
    scene.settle("x.wasm", "1");
    for hint in [Hint::Touched, Hint::RenamedInto] {
        scene.write("x.wasm", "1");
        scene.notice("x.wasm", hint);
        scene.pass(QUIET);
        assert_eq!(scene.news(), NOTHING);
    }
}

#[test]
fn what_comes_back_or_is_solved_is_sent_again() {
    let mut scene = Scene::new();
    scene.settle("x.wasm", "1");
    let file = scene.path("x.wasm");
    let away = scene.path("away");
    for (make, told) in [(false, "x gone"), (true, "x: not_a_file")] {
        fs::rename(&file, &away).unwrap();
        if make {
            fs::create_dir(&file).unwrap();
        }
        scene.sweep();
        scene.pass(QUIET);
        assert_eq!(scene.news(), [told]);
        if make {
            fs::remove_dir(&file).unwrap();
        }
        fs::rename(&away, &file).unwrap();
        scene.sweep();
        scene.pass(QUIET);
        assert_eq!(scene.news(), ["x=1"]);
    }
}

#[test]
fn what_was_away_for_a_moment_is_no_news() {
    let mut scene = Scene::new();
    scene.settle("x.wasm", "1");
    fs::remove_file(scene.path("x.wasm")).unwrap();
    scene.notice("x.wasm", Hint::Touched);
    scene.pass(QUIET - 1);
    scene.write("x.wasm", "1");
    scene.notice("x.wasm", Hint::Touched);
    for _ in 0..3 {
        scene.pass(QUIET);
        assert_eq!(scene.news(), NOTHING);
    }
}

#[test]
fn files_are_kept_in_mind_while_their_folder_is_away() {
    let mut scene = Scene::new();
    scene.settle("x.wasm", "1");
    scene.settle("y.wasm", "1");
    let (folder, away) = (scene.root.path().join("folder"), scene.root.path().join("away"));
    fs::rename(&folder, &away).unwrap();
    scene.notice("x.wasm", Hint::Touched);
    scene.notice("y.wasm", Hint::Touched);
    scene.pass(QUIET);
    assert_eq!(scene.news(), NOTHING);
    fs::write(away.join("y.wasm"), "2").unwrap();
    fs::rename(&away, &folder).unwrap();
    scene.sweep();
    scene.pass(QUIET);
    assert_eq!(scene.news(), ["y=2"]);
}

#[test]
fn what_cannot_be_read_is_tried_again_and_told_once() {
    let mut scene = Scene::new();
    // Root reads all files but these: nothing is mapped at its beginning, the
    // next has no size, and the last leads to itself.
    symlink("/proc/self/mem", scene.path("fails.wasm")).unwrap();
    symlink("/proc/version", scene.path("no-size.wasm")).unwrap();
    symlink("round.wasm", scene.path("round.wasm")).unwrap();
    scene.sweep();
    scene.pass(QUIET);
    let told = scene.news();
    assert_eq!(told, ["fails: unreadable", "no-size: unreadable", "round: unreadable"]);
    for _ in 0..2 {
        scene.sweep();
        assert!(scene.tracker.next_due().is_some());
        scene.pass(QUIET);
        assert_eq!(scene.news(), NOTHING);
    }
}
