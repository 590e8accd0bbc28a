//! Compiled code in a folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

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
fn a_folder_that_cannot_be_used_is_named() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("file");
    std::fs::write(&folder, "not a folder").unwrap();
    let config = EngineConfig { cache_dir: Some(folder.clone()), ..EngineConfig::default() };
    let error = Engine::new(config).unwrap_err().to_string();
    assert!(error.contains(&folder.display().to_string()), "{error}");
}
