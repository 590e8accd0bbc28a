//! Files on a real disk, at times of our own: what is due when, and what is said.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tempfile::TempDir;

use super::inbox::Hint;
use super::look::list;
use super::tracker::Tracker;
use super::{FolderNews, WatchOptions};

const QUIET: u64 = 40;

/// A folder, and what its tracker says at times of our own.
struct Scene {
    root: TempDir,
    tracker: Tracker,
    now: Instant,
}

impl Scene {
    fn new() -> Self {
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

    fn path(&self, file: &str) -> PathBuf {
        self.root.path().join("folder").join(file)
    }

    fn write(&self, file: &str, content: &str) {
        fs::write(self.path(file), content).unwrap();
    }

    fn notice(&mut self, file: &str, hint: Hint) {
        self.tracker.notice(file.into(), hint, || self.now);
    }

    fn sweep(&mut self) {
        let present = list(&self.root.path().join("folder")).unwrap();
        self.tracker.sweep(present, || self.now);
    }

    fn pass(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
    }

    /// All that is due now.
    fn due(&mut self) -> Vec<FolderNews> {
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

/// What is done to one of three files, or to what links lead to.
#[derive(Debug, Clone)]
enum Act {
    Write(usize),
    Rename(usize),
    Link(usize),
    WriteTarget(usize),
    Folder,
    Remove,
    Touch,
}

#[derive(Debug, Clone)]
enum Step {
    /// On a file; it is announced or not.
    Act(usize, Act, bool),
    Pass(u64),
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    let act = prop_oneof![
        4 => (1_usize..6).prop_map(Act::Write),
        3 => (1_usize..6).prop_map(Act::Rename),
        2 => (0_usize..3).prop_map(Act::Link),
        2 => (1_usize..6).prop_map(Act::WriteTarget),
        1 => Just(Act::Folder),
        2 => Just(Act::Remove),
        1 => Just(Act::Touch),
    ];
    prop_oneof![
        6 => (0_usize..3, act, any::<bool>()).prop_map(|(file, act, told)| Step::Act(file, act, told)),
        3 => (0_u64..80).prop_map(Step::Pass),
        1 => Just(Step::Sweep),
    ]
}

/// Contents of one size are the same, so that each change can be seen.
fn content(number: usize) -> String {
    number.to_string().repeat(number)
}

impl Scene {
    fn act(&mut self, file: usize, act: &Act, told: bool) {
        let name = ["x.wasm", "y.wasm", "z.wasm"][file];
        let path = self.path(name);
        let clear = || {
            let _ = fs::remove_dir(&path);
            let _ = fs::remove_file(&path);
        };
        let mut hint = Hint::Touched;
        match act {
            Act::Write(number) => {
                let _ = fs::remove_dir(&path);
                fs::write(&path, content(*number)).unwrap();
            }
            Act::Rename(number) => {
                let _ = fs::remove_dir(&path);
                self.write(".part", &content(*number));
                fs::rename(self.path(".part"), &path).unwrap();
                hint = Hint::RenamedInto;
            }
            Act::Link(target) => {
                clear();
                symlink(format!("../target-{target}"), &path).unwrap();
            }
            Act::WriteTarget(number) => {
                let target = self.root.path().join(format!("target-{file}"));
                fs::write(target, content(*number)).unwrap();
            }
            Act::Folder => {
                clear();
                fs::create_dir(&path).unwrap();
            }
            Act::Remove => clear(),
            Act::Touch => {
                if let Ok(file) = fs::File::options().append(true).open(&path) {
                    file.set_modified(std::time::SystemTime::now()).unwrap();
                }
            }
        }
        if told {
            self.notice(name, hint);
        }
    }
}

/// What a receiver knows, in short, or that what it was told was no news.
fn learn(view: &mut BTreeMap<String, String>, news: &FolderNews) {
    let (name, state) = match news {
        FolderNews::File(file) => {
            (&file.name, Some(String::from_utf8(file.bytes.clone()).unwrap()))
        }
        FolderNews::Problem(problem) => (&problem.name, Some(problem.code.to_owned())),
        FolderNews::Gone { name, .. } => (name, None),
    };
    let before = match state.clone() {
        Some(state) => view.insert(name.clone(), state),
        None => view.remove(name),
    };
    assert_ne!(before, state, "{name} is told again");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_receiver_knows_what_is_there(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let mut scene = Scene::new();
        let mut view = BTreeMap::new();
        for step in &steps {
            match step {
                Step::Act(file, act, told) => scene.act(*file, act, *told),
                Step::Pass(milliseconds) => scene.pass(*milliseconds),
                Step::Sweep => scene.sweep(),
            }
            scene.due().iter().for_each(|news| learn(&mut view, news));
        }
        scene.sweep();
        for _ in 0..3 {
            scene.pass(QUIET);
            scene.due().iter().for_each(|news| learn(&mut view, news));
        }
        prop_assert_eq!(scene.tracker.next_due(), None);
        let mut there = BTreeMap::new();
        for name in ["x", "y", "z"] {
            let path = scene.path(&format!("{name}.wasm"));
            let state = match fs::read_to_string(&path) {
                Ok(content) => content,
                Err(_) if path.is_dir() => "not_a_file".to_owned(),
                Err(_) if path.is_symlink() => "link_broken".to_owned(),
                Err(_) => continue,
            };
            there.insert(name.to_owned(), state);
        }
        prop_assert_eq!(view, there);
    }
}
