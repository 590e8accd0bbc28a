//! The database's log (WAL) after a crash: is all in it that was acknowledged?
//!
//! SQLite ends its reading of the log at the first frame that is not right, and takes
//! what follows for the remains of a write that was cut off. After a power cut that is
//! so; where a byte of the log is damaged, it would drop acknowledged messages without a
//! word. Two things tell the cases apart, before SQLite looks:
//!
//! - A [`Mark`] beside the log says how far it was whole and synced when something was
//!   last acknowledged. It is synced only before the log is emptied: after a kill it is
//!   exact, after a power cut it can be old, but never ahead of the log.
//! - One write at a time is under way, and a start empties the log before it writes, so
//!   what one power cut leaves is gone before the next: after a frame that is not right
//!   there is at most one commit. Only where the disk was too full for a start to empty
//!   it can there be two; then what was cut off is told as damage, and nothing is lost
//!   in silence.

mod frames;
mod mark;

use std::path::Path;

use frames::Log;

use mark::Mark;
pub(super) use mark::Marks;

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogDamage {
    /// In words.
    pub(super) what: String,
    /// Up to this byte the log is whole.
    pub(super) whole_bytes: u64,
}

/// Looks whether the log of a database that nobody has open holds all that was
/// acknowledged; `None`: it does.
///
/// # Errors
/// Where a file cannot be read.
pub(super) fn damage(database: &Path) -> std::io::Result<Option<LogDamage>> {
    let log = Log::read(&of(database))?;
    let mark = Mark::read(&Marks::file_of(database))?;
    Ok(judge(&log, mark.as_ref()))
}

/// The log of a database.
fn of(database: &Path) -> std::path::PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn judge(log: &Log, mark: Option<&Mark>) -> Option<LogDamage> {
    let damage = |what: String| Some(LogDamage { what, whole_bytes: log.whole_bytes });
    // What has been moved into the database is safe there.
    let needed = mark.filter(|mark| mark.moved < mark.frames);
    match (log.salts, needed) {
        (None, None) if log.has_frames && mark.is_none() => {
            damage("its head is damaged".to_owned())
        }
        (None, Some(needed)) if log.has_frames => damage(format!(
            "its head is damaged, and {} frames in it are in no other place",
            needed.frames - needed.moved
        )),
        (None, Some(needed)) => damage(format!(
            "it is gone or empty, and {} frames in it were in no other place",
            needed.frames - needed.moved
        )),
        (None, None) => None,
        (Some(salts), _) => {
            let acknowledged =
                mark.filter(|mark| mark.salts == salts).map_or(0, |mark| mark.frames);
            if log.committed < acknowledged {
                return damage(format!(
                    "frame {} of it is damaged, and it was whole up to frame {acknowledged}",
                    log.whole + 1
                ));
            }
            if log.commits_after > 1 {
                return damage(format!(
                    "frame {} of it is damaged, and {} commits follow it",
                    log.whole + 1,
                    log.commits_after
                ));
            }
            // A write that was cut off may be there.
            None
        }
    }
}
