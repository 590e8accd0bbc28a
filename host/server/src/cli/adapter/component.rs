//! The file of an adapter.

use std::io::Read;
use std::path::Path;

use crate::cli::failure::Failure;

/// Reads one byte more than is allowed at most: the engine says the rest.
pub(super) fn read(file: &Path, allowed: usize) -> Result<Vec<u8>, Failure> {
    let limit = u64::try_from(allowed).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|open| open.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map(|_| bytes)
        .map_err(|error| unreadable(file, &error))
}

/// The name that a server would give to the adapter in this file.
pub(super) fn name(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    let shown = file.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(
            "file_missing",
            format!("there is no file `{shown}`"),
            "Check the path; in Eclusa's own source tree, `make adapters` builds adapters into target/adapters.",
        ),
        std::io::ErrorKind::IsADirectory => {
            Failure::new("not_a_file", format!("`{shown}` is a folder"), "Name a .wasm file in it.")
        }
        _ => Failure::new(
            "file_unreadable",
            format!("`{shown}` cannot be read: {error}"),
            "Check that the file may be read by you.",
        ),
    }
}
