//! Running the built binary.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A command whose surroundings are the same on every machine.
pub(crate) fn eclusa(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eclusa"));
    command.args(args);
    for name in ["ECLUSA_URL", "ECLUSA_TOKEN", "NO_COLOR"] {
        command.env_remove(name);
    }
    // One cache for all tests, so that each component is compiled once.
    command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    command
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    /// A text in the JSON of standard output.
    pub(crate) fn text(&self, pointer: &str) -> String {
        let json = self.json();
        json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// Runs it with nothing on standard input.
pub(crate) fn run(args: &[&str]) -> Ended {
    ended(eclusa(args).stdin(Stdio::null()).output().unwrap())
}

/// Runs it with these bytes on standard input.
pub(crate) fn run_with(args: &[&str], input: &[u8]) -> Ended {
    let mut command = eclusa(args);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may end without reading everything.
    let _ = stdin.write_all(input);
    drop(stdin);
    ended(child.wait_with_output().unwrap())
}

pub(crate) fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The component of an adapter.
pub(crate) fn adapter(name: &str) -> String {
    component("adapters", name)
}

/// The component of a misbehaving adapter.
pub(crate) fn hostile(name: &str) -> String {
    component("hostile", name)
}

fn component(folder: &str, name: &str) -> String {
    let file = root().join("target").join(folder).join(format!("{name}.wasm"));
    assert!(file.exists(), "{} is missing; run `make adapters` first", file.display());
    file.to_str().unwrap().to_owned()
}

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Writes a file into a folder and gives its path.
pub(crate) fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}
