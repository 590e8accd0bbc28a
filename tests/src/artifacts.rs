//! What `make test` has built before: the binary and the components.

use std::path::{Path, PathBuf};

/// The folder of this build's programs, e.g. `target/debug`.
pub(crate) fn programs() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the running test");
    // A test is in `deps/` of it.
    test.ancestors().nth(2).expect("a test runs from a target folder").to_owned()
}

/// The `eclusa` binary.
pub fn binary() -> PathBuf {
    existing(programs().join("eclusa"))
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
    // Always in the workspace, wherever cargo builds.
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    existing(target.join(folder).join(format!("{name}.wasm")))
}

/// A file that is there.
pub(crate) fn existing(file: PathBuf) -> PathBuf {
    assert!(file.is_file(), "{} is missing: run `make test`", file.display());
    file
}
