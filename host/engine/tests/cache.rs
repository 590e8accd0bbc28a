//! Compiled code in a folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use eclusa_engine::{Engine, EngineConfig, Limits, Stage, StageName};
use support::{context, hostile, request};

fn open(folder: &Path) -> Engine {
    let limits = Limits { max_concurrent_calls: 4, ..Limits::default() };
    Engine::new(EngineConfig { limits, cache_dir: Some(folder.to_owned()) }).unwrap()
}

/// Loads the adapter, calls it, and says how it was compiled.
fn compile_stage(engine: &Engine) -> String {
    let loaded = engine.load("behave", &hostile("behave")).unwrap();
    let mut session = loaded.revision.session().unwrap();
    session.receive(&context(), &request("hello")).unwrap().value.unwrap();
    let compile = |stage: &&Stage| stage.stage == StageName::Compile;
    loaded.stages.iter().find(compile).unwrap().message.clone()
}

fn file(folder: &Path, extension: &str) -> PathBuf {
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|found| found == extension)).unwrap()
}

#[test]
fn compiled_code_is_kept_privately_and_used_again() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/compiled");
    assert_eq!(compile_stage(&open(&folder)), "compiled");
    assert_eq!(compile_stage(&open(&folder)), "taken from the cache");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&file(&folder, "cwasm")), 0o600);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn damaged_code_is_never_loaded() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    assert_eq!(compile_stage(&open(folder)), "compiled");
    let code = file(folder, "cwasm");
    let whole = std::fs::read(&code).unwrap();

    std::fs::write(&code, whole.split_at(whole.len() / 2).0).unwrap();
    assert_eq!(compile_stage(&open(folder)), "compiled");
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(&code, changed).unwrap();
    assert_eq!(compile_stage(&open(folder)), "compiled");
    std::fs::remove_file(file(folder, "sha256")).unwrap();
    assert_eq!(compile_stage(&open(folder)), "compiled");
    std::fs::write(&code, b"").unwrap();
    assert_eq!(compile_stage(&open(folder)), "compiled");
    assert_eq!(compile_stage(&open(folder)), "taken from the cache");
}

#[test]
fn forgotten_code_is_gone_and_what_is_loaded_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    let engine = open(folder);
    let loaded = engine.load("behave", &hostile("behave")).unwrap().revision;
    let older = folder.join(format!("{}-{}.cwasm", loaded.sha256(), "0".repeat(16)));
    std::fs::write(&older, "of another version of wasmtime").unwrap();
    let other = format!("{}-{}.sha256", "1".repeat(64), "0".repeat(16));
    std::fs::write(folder.join(&other), "another component's").unwrap();

    engine.forget("");
    engine.forget("0");
    assert_eq!(names(folder).len(), 4);
    engine.forget(loaded.sha256());
    assert_eq!(names(folder), [other]);
    let mut session = loaded.session().unwrap();
    session.receive(&context(), &request("hello")).unwrap().value.unwrap();
    assert_eq!(compile_stage(&engine), "compiled");
    assert_eq!(compile_stage(&engine), "taken from the cache");
}

#[test]
fn code_of_another_version_is_removed_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    let whole = {
        assert_eq!(compile_stage(&open(folder)), "compiled");
        names(folder)
    };
    let useless = [
        format!("{}-{}.cwasm", "a".repeat(64), "0".repeat(16)),
        format!("{}-{}.sha256", "a".repeat(64), "0".repeat(16)),
        "unfinished-abc".to_owned(),
    ];
    let foreign = [
        "journal.db".to_owned(),
        "a-b.cwasm".to_owned(),
        "unfinished-now".to_owned(),
        format!("{}-{}.txt", "a".repeat(64), "0".repeat(16)),
        format!("{}-{}.cwasm", "x".repeat(64), "0".repeat(16)),
    ];
    for name in useless.iter().chain(&foreign) {
        std::fs::write(folder.join(name), name).unwrap();
    }
    let abandoned = File::options().write(true).open(folder.join("unfinished-abc")).unwrap();
    abandoned.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    assert_eq!(compile_stage(&open(folder)), "taken from the cache");
    let mut expected = [whole, foreign.to_vec()].concat();
    expected.sort_unstable();
    assert_eq!(names(folder), expected);
}

#[test]
fn an_adapter_serves_also_when_its_code_cannot_be_kept() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("compiled");
    let engine = open(&folder);
    std::fs::remove_dir(&folder).unwrap();
    let message = compile_stage(&engine);
    assert!(message.starts_with("compiled, but not kept: "), "{message}");
    engine.forget(&"a".repeat(64));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("file");
    std::fs::write(&folder, "not a folder").unwrap();
    let config = EngineConfig { cache_dir: Some(folder.clone()), ..EngineConfig::default() };
    let error = Engine::new(config).unwrap_err().to_string();
    assert!(error.contains(&folder.display().to_string()), "{error}");
}
