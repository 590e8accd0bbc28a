//! Compiled adapters, kept between tests: each start would compile them anew,
//! since each test has a data folder of its own. It is what an earlier start of
//! the same Eclusa has left there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::artifacts::programs;

/// Taken while adapters are compiled that no test has compiled before, so that
/// many tests do not compile the same ones at the same time.
pub(crate) struct Compiling {
    _lock: Option<File>,
}

/// Puts what is there already into a data folder.
pub(crate) fn fill(data: &Path, adapters: &[String]) -> Compiling {
    let (kept, compiled) = (folder(), data.join("compiled"));
    fs::create_dir_all(&compiled).expect("a folder for compiled adapters");
    if copy_all(&kept, &compiled, adapters) {
        return Compiling { _lock: None };
    }
    let lock = File::create(kept.join("lock")).expect("a file to lock");
    lock.lock().expect("a lock");
    if copy_all(&kept, &compiled, adapters) {
        return Compiling { _lock: None };
    }
    Compiling { _lock: Some(lock) }
}

/// Keeps what a data folder has for the next tests.
pub(crate) fn keep(data: &Path, _compiling: Compiling) {
    let kept = folder();
    for file in files(&data.join("compiled")) {
        let name = file.file_name().expect("a file has a name");
        if !kept.join(name).exists() {
            let whole = tempfile::NamedTempFile::new_in(&kept).expect("a temporary file");
            fs::copy(&file, whole.path()).expect("a copy");
            whole.persist(kept.join(name)).expect("a file");
        }
    }
}

/// Whether all were there.
fn copy_all(from: &Path, to: &Path, adapters: &[String]) -> bool {
    let mut found = 0;
    for file in files(from) {
        let name = file.file_name().expect("a file has a name").to_string_lossy();
        if adapters.iter().any(|sha256| name.starts_with(sha256)) {
            fs::copy(&file, to.join(&*name)).expect("a copy");
            found += usize::from(name.ends_with(".cwasm"));
        }
    }
    found >= adapters.len()
}

fn folder() -> PathBuf {
    let folder = programs().join("eclusa-tests-compiled");
    fs::create_dir_all(&folder).expect("a folder for compiled adapters");
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let is_code = |file: &PathBuf| {
        file.extension().is_some_and(|ending| ending == "cwasm" || ending == "sha256")
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_code).collect()
}
