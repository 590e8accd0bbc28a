//! Backups of a journal: making them, and restoring them.

mod make;
mod restore;
mod room;

use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::components::Components;
use super::{CheckReport, schema};
use crate::backup::FORMAT;
use crate::{BackupError, BackupFile, BackupManifest, component};

pub use make::{backup_folder, remove_partial_backups};
pub use restore::restore_folder;

pub(super) use make::make;
pub(super) use restore::is_half_restored;
pub(super) use room::Room;

const MANIFEST: &str = "manifest.json";

/// Reads what a backup says of itself.
///
/// # Errors
/// `NoBackup` where it is none, or of a later form.
pub fn read_manifest(folder: &Path) -> Result<BackupManifest, BackupError> {
    let none = |why: String| BackupError::NoBackup { folder: folder.to_owned(), why };
    let text = std::fs::read(folder.join(MANIFEST))
        .map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    let manifest: BackupManifest =
        serde_json::from_slice(&text).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    if manifest.format != FORMAT {
        return Err(none(format!("its form is {}, known is {FORMAT}", manifest.format)));
    }
    if manifest.schema > schema::newest() {
        let (schema, known) = (manifest.schema, schema::newest());
        return Err(none(format!("its schema is {schema}, this program knows up to {known}")));
    }
    match manifest.components.keys().find(|name| !component::is_name(name)) {
        Some(name) => Err(none(format!("`{name}` is no component's name"))),
        None => Ok(manifest),
    }
}

fn copy_component(from: &Components, to: &Components, sha256: &str) -> Result<(), BackupError> {
    let damaged = |_| BackupError::Damaged { what: format!("components/{sha256}.wasm") };
    if to.has(sha256) {
        return Ok(());
    }
    let bytes = from
        .get(sha256)
        .map_err(damaged)?
        .ok_or(())
        .map_err(|()| BackupError::Damaged { what: format!("components/{sha256}.wasm") })?;
    to.put(sha256, &bytes).map_err(|error| BackupError::Broken(error.to_string()))
}

fn sound(report: CheckReport) -> Result<(), BackupError> {
    if report.is_sound() {
        return Ok(());
    }
    let first = report.findings.into_iter().next();
    let what = first.map_or_else(String::new, |finding| match (finding.place, finding.id) {
        (Some(place), Some(id)) => format!("row {id} of `{place}`"),
        _ => format!("the database ({})", finding.what),
    });
    Err(BackupError::Damaged { what })
}

fn pass(
    mut from: impl Read,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<BackupFile> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 18]);
    loop {
        let count = from.read(&mut buffer)?;
        let part = buffer.get(..count).unwrap_or_default();
        if part.is_empty() {
            return Ok(BackupFile { bytes, sha256: hex::encode(hash.finalize()) });
        }
        hash.update(part);
        each(part)?;
        bytes += count as u64;
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> BackupError + use<'_> {
    move |error| BackupError::File { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests;
