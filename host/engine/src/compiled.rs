//! Compiled code, kept in a folder of the host's own.
//!
//! The only `unsafe` of the workspace is here, since compiled code is executed
//! as it stands. What makes it sound:
//! - only this module writes into the folder, and only what wasmtime compiled in
//!   this process from a component that passed the checks before;
//! - folder and files belong to this user alone (0700 and 0600);
//! - a file counts only together with its SHA-256, so that one that was cut off
//!   or damaged is compiled again;
//! - its name holds the hash of wasmtime's version and settings, and wasmtime
//!   compares both once more when it loads the file;
//! - files appear under their name by a rename, whole or not at all, and are never
//!   changed in place, so that the mapping of a loaded one stays as it was.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::EngineError;

/// Compiled code by the SHA-256 of its component.
#[derive(Debug)]
pub(crate) struct CompiledCache {
    folder: PathBuf,
    compatibility: String,
}

impl CompiledCache {
    pub(crate) fn open(folder: PathBuf, engine: &wasmtime::Engine) -> Result<Self, EngineError> {
        if let Err(source) = make_private(&folder) {
            return Err(EngineError::Cache { folder, source });
        }
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let compatibility = format!("{:016x}", hasher.finish());
        Ok(Self { folder, compatibility })
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
        // not count.
        let path = self.path(sha256, "cwasm");
        self.write(&path, code)?;
        self.write(&self.path(sha256, "sha256"), hex::encode(Sha256::digest(code)).as_bytes())?;
        deserialize(engine, &path).map_err(|error| io::Error::other(format!("{error:#}")))
    }

    /// Forgets a component's compiled code.
    pub(crate) fn remove(&self, sha256: &str) {
        for extension in ["sha256", "cwasm"] {
            let path = self.path(sha256, extension);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(file = %path.display(), %error, "compiled code stays");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    fn path(&self, sha256: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{sha256}-{}.{extension}", self.compatibility))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // Temporary files are made with 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        file.persist(path)?;
        Ok(())
    }
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
