//! Replays what the fuzzer has gathered.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use eclusa_fuzz::TARGETS;

#[test]
fn what_was_gathered_still_holds() {
    for (name, run) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let mut count = 0;
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            // So that a failure names the file.
            if std::panic::catch_unwind(|| run(&bytes)).is_err() {
                panic!("{} breaks `{name}`", path.display());
            }
            count += 1;
        }
        assert!(count >= 3, "the corpus of `{name}` is gone");
    }
}

#[test]
fn each_target_has_a_binary_and_a_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &Path| {
        let entries = folder.read_dir().unwrap();
        let stem = |path: std::path::PathBuf| path.file_stem().unwrap().to_owned();
        let mut names: Vec<_> = entries.map(|entry| stem(entry.unwrap().path())).collect();
        names.sort();
        names
    };
    let targets: Vec<_> = TARGETS.iter().map(|(name, _)| std::ffi::OsString::from(name)).collect();
    assert_eq!(names(&root.join("corpus")), targets);
    assert_eq!(names(&root.join("../../fuzz/fuzz_targets")), targets);
}
