//! What there is to say about a folder.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file of the folder that stands still.
#[derive(Clone, PartialEq, Eq)]
pub struct FolderFile {
    /// The adapter's name: the file's without `.wasm`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its content.
    pub bytes: Vec<u8>,
    /// SHA-256 of the content in hexadecimal.
    pub sha256: String,
}

impl fmt::Debug for FolderFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderFile")
            .field("name", &self.name)
            .field("path", &self.path)
            .field("bytes", &self.bytes.len())
            .field("sha256", &self.sha256)
            .finish()
    }
}

/// Why a file of the folder cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct FolderProblem {
    /// The file's name without `.wasm`; not an adapter's name where the code is
    /// `invalid_name`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Stable: `invalid_name`, `link_broken`, `not_a_file`, `file_too_large` or
    /// `unreadable`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub action: &'static str,
}

/// What has changed in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderNews {
    /// A file has new content.
    File(FolderFile),
    /// A file, or what had a problem, is not there any more.
    Gone {
        /// Its name without `.wasm`.
        name: String,
        /// Where it was.
        path: PathBuf,
    },
    /// A file cannot be taken. Said once, until the file changes.
    Problem(FolderProblem),
}

/// The name of a file without `.wasm`. What is not UTF-8 in it is shown as `�`.
pub(super) fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
