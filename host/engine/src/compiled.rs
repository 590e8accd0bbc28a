//! Compiled code, kept in a folder of the host's own.
//!
//! The only `unsafe` of the workspace is here, since compiled code is executed
//! as it stands. What makes it sound:
//! - only this module writes into the folder, and only what wasmtime compiled in
//!   this process from a component that passed the checks before;
//! - folder and files belong to this user alone (0700 and 0600);
//! - a file counts only together with its SHA-256, so that one that was cut off
//!   or damaged is compiled again;
//! - it is on the disk before it is mapped, so that no failed write can change a
//!   page that is read back later;
//! - its name holds the hash of wasmtime's version and settings, and wasmtime
//!   compares both once more when it loads the file;
//! - files appear under their name by a rename, whole or not at all, and are never
//!   changed in place, so that the mapping of a loaded one stays as it was.

use std::fs::DirEntry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::EngineError;

/// The files that belong to a component: its code, and the SHA-256 of that.
const EXTENSIONS: [&str; 2] = ["cwasm", "sha256"];

/// Files on their way, until they get their name.
const UNFINISHED: &str = "unfinished-";

/// Compiled code by the SHA-256 of its component.
#[derive(Debug)]
pub(crate) struct CompiledCache {
    folder: PathBuf,
    compatibility: String,
}

impl CompiledCache {
    /// Opens the folder, and removes what cannot be of use any more.
    pub(crate) fn open(folder: PathBuf, engine: &wasmtime::Engine) -> Result<Self, EngineError> {
        if let Err(source) = make_private(&folder) {
            return Err(EngineError::Cache { folder, source });
        }
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let compatibility = format!("{:016x}", hasher.finish());
        let cache = Self { folder, compatibility };
        cache.remove(|entry, name| match parts(name) {
            // Another version of wasmtime, or other settings.
            Some((_, compatibility)) => compatibility != cache.compatibility,
            // A process ended while it wrote; those that still do are left alone.
            None => name.starts_with(UNFINISHED) && is_old(entry),
        });
        Ok(cache)
    }

    /// Removes a component's code, whichever version of wasmtime compiled it. The
    /// mapping of a loaded one stays as it is.
    pub(crate) fn forget(&self, sha256: &str) {
        self.remove(|_, name| parts(name).is_some_and(|(found, _)| found == sha256));
    }

    /// Removes files by their name. One that stays only takes up room.
    fn remove(&self, unwanted: impl Fn(&DirEntry, &str) -> bool) {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!(folder = %self.folder.display(), %error, "compiled code cannot be listed");
                return;
            }
        };
        for entry in entries.flatten() {
            if !entry.file_name().to_str().is_some_and(|name| unwanted(&entry, name)) {
                continue;
            }
            if let Err(error) = std::fs::remove_file(entry.path())
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(file = %entry.path().display(), %error, "compiled code stays");
            }
        }
    }

    /// The compiled form of a component, if it is there and whole.
    pub(crate) fn get(&self, engine: &wasmtime::Engine, sha256: &str) -> Option<Component> {
        let code = self.path(sha256, "cwasm");
        let expected = std::fs::read_to_string(self.path(sha256, "sha256")).ok()?;
        if digest_of_file(&code).ok()? != expected.trim() {
            tracing::warn!(file = %code.display(), "compiled adapter is damaged, compiling anew");
            return None;
        }
        match deserialize(engine, &code) {
            Ok(component) => Some(component),
            Err(error) => {
                let error = format_args!("{error:#}").to_string();
                tracing::warn!(file = %code.display(), error, "compiled adapter does not load, compiling anew");
                None
            }
        }
    }

    /// Keeps compiled code, and loads it from where it is kept.
    pub(crate) fn put(
        &self,
        engine: &wasmtime::Engine,
        sha256: &str,
        code: &[u8],
    ) -> io::Result<Component> {
        // The digest comes last: without it, or with an older one, the code does
        // not count. So it need not be waited for until it is on the disk: if the
        // power fails before, the component is compiled once more.
        let path = self.path(sha256, "cwasm");
        self.write(&path, code)?.sync_data()?;
        self.write(&self.path(sha256, "sha256"), hex::encode(Sha256::digest(code)).as_bytes())?;
        deserialize(engine, &path).map_err(|error| io::Error::other(format!("{error:#}")))
    }

    fn path(&self, sha256: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{sha256}-{}.{extension}", self.compatibility))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<std::fs::File> {
        // Temporary files are made with 0600.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        Ok(file.persist(path)?)
    }
}

/// Whether a file was not written to for much longer than writing takes.
fn is_old(entry: &DirEntry) -> bool {
    const OLD: Duration = Duration::from_secs(600);
    let modified = entry.metadata().and_then(|found| found.modified()).ok();
    modified.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > OLD)
}

/// SHA-256 and compatibility hash in the name of a file, where it is one of ours.
fn parts(name: &str) -> Option<(&str, &str)> {
    let (stem, extension) = name.split_once('.')?;
    let (sha256, compatibility) = stem.split_once('-')?;
    let is_hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    (EXTENSIONS.contains(&extension) && is_hex(sha256, 64) && is_hex(compatibility, 16))
        .then_some((sha256, compatibility))
}

fn digest_of_file(path: &Path) -> io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    io::copy(&mut file, &mut hasher)?;
    Ok(hex::encode(hasher.finalize()))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    std::fs::create_dir_all(folder)?;
    // Fails where the folder belongs to someone else, as it should.
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[allow(
    unsafe_code,
    reason = "compiled code can only be loaded so; see the module's documentation"
)]
fn deserialize(engine: &wasmtime::Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file was written by `CompiledCache::put` from wasmtime's own
    // output, its digest was compared or it was written just now, and nobody but
    // this user can change it.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Loads code that wasmtime compiled in this process just now.
#[allow(
    unsafe_code,
    reason = "compiled code can only be loaded so; see the module's documentation"
)]
pub(crate) fn load(engine: &wasmtime::Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the caller has it from `precompile_component` of the same engine.
    unsafe { Component::deserialize(engine, code) }
}
