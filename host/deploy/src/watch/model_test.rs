//! Random changes, announced or not: in the end the receiver knows what is there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::FolderNews;
use super::inbox::Hint;
use super::tracker_test::{QUIET, Scene};

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
