//! Restoring a backup.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use fail::fail_point;

use super::super::components::Components;
use super::super::open::{DATABASE, bring_up, lock};
use super::super::{check_folder, private};
use super::{copy_component, failed, pass, read_manifest, sound};
use crate::{BackupError, BackupFile, BackupManifest};

/// The database until it is whole; where it lies, a restore was not finished.
const INCOMING: &str = "incoming";

/// Whether a restore into this folder was cut off.
pub(in crate::sqlite) fn is_half_restored(data: &Path) -> bool {
    data.join(INCOMING).symlink_metadata().is_ok()
}

/// Restores a backup into a data folder that is not there yet, or empty, after all
/// of it was compared with what its manifest says. Where it is cut off, the folder
/// cannot be started on; restoring into it again begins anew.
///
/// # Errors
/// See [`BackupError`].
pub fn restore_folder(
    from: &Path,
    data: &Path,
    progress: &dyn Fn(&str),
) -> Result<BackupManifest, BackupError> {
    let manifest = read_manifest(from)?;
    let taken = others(data).map_err(failed(data))?;
    if taken {
        return Err(BackupError::Exists(data.to_owned()));
    }
    private::make_folder(data).map_err(failed(data))?;
    {
        // Nobody starts on it meanwhile.
        let _lock = lock(data)?;
        begin(data).map_err(failed(data))?;
        progress("components");
        let (stored, kept) = (Components::new(from), Components::new(data));
        for sha256 in manifest.components.keys() {
            fail_point!("storage.restoring");
            copy_component(&stored, &kept, sha256)?;
        }
        progress("the database");
        let (source, target) = (from.join(DATABASE), data.join(DATABASE));
        // Under its own name once it is whole.
        let incoming = data.join(INCOMING);
        let copied = copy(&source, &incoming).map_err(failed(&source))?;
        if copied != manifest.database {
            return Err(BackupError::Damaged { what: source.display().to_string() });
        }
        fail_point!("storage.restoring");
        std::fs::rename(&incoming, &target).map_err(failed(&target))?;
        private::sync_folder(data).map_err(failed(data))?;
    }
    fail_point!("storage.restoring");
    // Brings an older schema up to date, and refuses a newer one.
    bring_up(data)?;
    progress("checking");
    sound(check_folder(data, progress)?)?;
    Ok(manifest)
}

/// Whether something lies in the folder that a restore neither makes nor needs.
fn others(data: &Path) -> io::Result<bool> {
    let entries = match std::fs::read_dir(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        entries => entries?,
    };
    // The key of its secrets is in no backup, and may lie there already.
    let mut may: Vec<&str> = vec!["secrets.key", "journal.lock"];
    if is_half_restored(data) {
        may.extend([INCOMING, "components"]);
    }
    for entry in entries {
        let name = entry?.file_name();
        if !may.iter().any(|known| name == *known) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// From here on it is no folder to start on, until it is whole.
fn begin(data: &Path) -> io::Result<()> {
    let incoming = data.join(INCOMING);
    match private::new_file(&incoming) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(file) => {
            file.sync_all()?;
            private::sync_folder(data)
        }
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<BackupFile> {
    let mut target = File::options().write(true).truncate(true).open(to)?;
    let copied = pass(File::open(from)?, |part| {
        fail_point!("storage.restoring");
        target.write_all(part)
    })?;
    target.sync_all()?;
    Ok(copied)
}
