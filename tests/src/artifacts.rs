//! What `make test` has built before: the binary and the components.

use std::path::{Path, PathBuf};

/// The folder of this build's programs, e.g. `target/debug`.
pub(crate) fn programs() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the running test");
    // A test is in `deps/` of it.
    test.ancestors().nth(2).expect("a test runs from a target folder").to_owned()
}

/// The `eclusa` binary.
pub(crate) fn binary() -> PathBuf {
    existing(vec![programs().join("eclusa")])
}

/// The component of an adapter of `adapters/`.
pub fn adapter_file(name: &str) -> PathBuf {
    component("adapters", name)
}

/// The component of a misbehaving adapter of `tests/hostile/`.
pub fn hostile_file(name: &str) -> PathBuf {
    component("hostile", name)
}

fn component(folder: &str, name: &str) -> PathBuf {
    let file = Path::new(folder).join(format!("{name}.wasm"));
    let target = programs().parent().expect("a target folder").join(&file);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target").join(&file);
    existing(vec![target, workspace])
}

fn existing(candidates: Vec<PathBuf>) -> PathBuf {
    match candidates.iter().find(|file| file.is_file()) {
        Some(file) => file.clone(),
        None => panic!("{} is missing: run `make test`", candidates[0].display()),
    }
}
