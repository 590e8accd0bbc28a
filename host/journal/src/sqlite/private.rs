//! A folder and files for their owner alone: secrets are in them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder that only its owner may enter, with those above it. One that
/// is there is left as it is: who opened it to others may need that.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Warns in the log of a data folder that lets others in.
#[cfg(unix)]
pub(super) fn warn_of_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(folder)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        tracing::warn!(
            folder = %folder.display(),
            mode = format!("{mode:03o}"),
            "the data folder, with secrets in it, is open to others than its owner; \
             unless that is intended, set its mode to 700"
        );
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn warn_of_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes an empty file that only its owner may read, where there is none.
pub(super) fn make_file(path: &Path) -> io::Result<()> {
    // An existing one is not even opened: closing a database's file gives up
    // all locks that the process has on it.
    match new_file(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Makes a file that only its owner may read, to be written; an error where
/// there is one.
pub(super) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Puts the names of a folder's files on the disk, where the system can.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
