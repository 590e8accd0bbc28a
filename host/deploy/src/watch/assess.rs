//! Reads a file, or says why not.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use super::look::{Look, Stamp, is_missing, look};
use super::news::{FolderFile, FolderProblem, name_of};

/// What became of a file that was looked at.
pub(super) enum Verdict {
    /// It was read, and is the same before and after.
    File(FolderFile),
    /// It cannot be taken.
    Problem(FolderProblem),
    /// It is not there, or not any more what was looked at.
    Moving,
}

/// Judges what a look has found; reads it where it is a file.
pub(super) fn assess(path: &Path, seen: &Look, max_bytes: u64) -> Verdict {
    let shown = path.display();
    let (code, message, action) = match seen {
        Look::File(stamp) if stamp.size > max_bytes => (
            "file_too_large",
            format!("{shown} has {} bytes, {max_bytes} are allowed", stamp.size),
            "strip debug information from the adapter, or raise the limit",
        ),
        Look::File(stamp) => match read(path, stamp) {
            Ok(Some(bytes)) => {
                let sha256 = hex::encode(Sha256::digest(&bytes));
                let path = path.to_owned();
                return Verdict::File(FolderFile { name: name_of(&path), path, bytes, sha256 });
            }
            Ok(None) => return Verdict::Moving,
            Err(error) => unreadable(path, &error.to_string()),
        },
        Look::Barred(why) => unreadable(path, why),
        Look::Broken => (
            "link_broken",
            format!("{shown} is a link to something that is not there"),
            "let the link lead to a file, or remove it",
        ),
        Look::NotAFile(kind) => (
            "not_a_file",
            format!("{shown} is {kind}, not a file"),
            "move it away, and save the adapter's file in its place",
        ),
        Look::BadName => (
            "invalid_name",
            format!(
                "{shown} cannot be an adapter: its name before `.wasm` is not 1 to 64 characters \
                 of a-z, 0-9 and -"
            ),
            "rename the file; its name becomes the adapter's name, which stands in URLs",
        ),
        Look::Absent => return Verdict::Moving,
    };
    Verdict::Problem(FolderProblem {
        name: name_of(path),
        path: path.to_owned(),
        code,
        message,
        action,
    })
}

fn unreadable(path: &Path, why: &str) -> (&'static str, String, &'static str) {
    let message = format!("{} cannot be read: {why}", path.display());
    ("unreadable", message, "let this process's user read the file, or save it again")
}

/// The content; `None` where it is not what was looked at.
fn read(path: &Path, stamp: &Stamp) -> io::Result<Option<Vec<u8>>> {
    // Opening a pipe would wait for who writes to it. It was a file when it was
    // looked at, but need not be one any more.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let mut file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_same = |file: &File| file.metadata().map(|it| it.is_file() && Stamp::of(&it) == *stamp);
    if !is_same(&file)? {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stamp.size).unwrap_or_default());
    // One byte more, to see that there is none.
    Read::by_ref(&mut file).take(stamp.size.saturating_add(1)).read_to_end(&mut bytes)?;
    if !is_same(&file)? || look(path) != Look::File(stamp.clone()) {
        return Ok(None);
    }
    if u64::try_from(bytes.len()) != Ok(stamp.size) {
        let message = format!("its content does not have the {} bytes of its size", stamp.size);
        return Err(io::Error::other(message));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_has_changed_since_the_look_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.wasm");
        std::fs::write(&path, "1").unwrap();
        let seen = look(&path);
        assert!(matches!(assess(&path, &seen, 10), Verdict::File(_)));
        std::fs::write(&path, "12").unwrap();
        assert!(matches!(assess(&path, &seen, 10), Verdict::Moving));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(assess(&path, &seen, 10), Verdict::Moving));
        // Nobody writes to this pipe: waiting for it would take for ever.
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(matches!(assess(&path, &seen, 10), Verdict::Moving));
    }
}
