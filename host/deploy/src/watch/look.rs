//! What can be seen of files without opening them.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// What a look at a name finds, behind links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing.
    Absent,
    /// A link to nothing.
    Broken,
    /// Something that is not a file: what it is.
    NotAFile(&'static str),
    /// It cannot be looked at: why.
    Barred(String),
    /// Something whose name cannot be an adapter's.
    BadName,
    /// A file.
    File(Stamp),
}

/// By what a changed file is told from an unchanged one. The time of the last
/// change counts beside that of the last write, which anyone can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    identity: Identity,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// By what one file or folder is told from another: device and inode.
pub(super) type Identity = (u64, u64);

/// The identity of what `metadata` tells of.
pub(super) fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.size(),
            identity: identity(metadata),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Looks at a path. Opens nothing, so nothing in the folder can block it.
pub(super) fn look(path: &Path) -> Look {
    let found = match path.metadata() {
        Ok(metadata) if metadata.is_file() => Look::File(Stamp::of(&metadata)),
        Ok(metadata) => Look::NotAFile(kind(metadata.file_type())),
        Err(error) if is_missing(&error) => match path.symlink_metadata() {
            Ok(_) => Look::Broken,
            Err(_) => Look::Absent,
        },
        Err(error) => Look::Barred(error.to_string()),
    };
    if found != Look::Absent && !has_good_name(path) { Look::BadName } else { found }
}

/// A file of its own, not a link to one.
pub(super) fn is_plain_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

/// Nothing is there, or what should be a folder on the way to it is none.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The folder's names that count.
pub(super) fn list(folder: &Path) -> io::Result<BTreeSet<OsString>> {
    let names = folder.read_dir()?.map(|entry| entry.map(|entry| entry.file_name()));
    names.filter(|name| name.as_ref().map_or(true, |name| counts(name))).collect()
}

/// Whether a file of this name is meant to be an adapter.
pub(super) fn counts(file: &OsStr) -> bool {
    let name = file.as_encoded_bytes();
    name.ends_with(b".wasm") && !name.starts_with(b".")
}

fn has_good_name(path: &Path) -> bool {
    // An adapter's name stands in URLs and in channels, as a channel's id does.
    let name = path.file_stem().and_then(OsStr::to_str);
    name.is_some_and(|name| eclusa_model::validate_channel_id(name).is_ok())
}

fn kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a folder"
    } else if file_type.is_fifo() {
        "a pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
