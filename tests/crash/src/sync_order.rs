//! In which order the kernel is asked to keep and to answer.
//!
//! A process that is killed leaves with the kernel what it has written, so no kill
//! shows a missing fsync: only a power cut would. This looks at the system calls
//! instead: between what is written to the journal's log and the answer, the log
//! is synced; and before the log is emptied, its mark is.

use std::path::Path;

use anyhow::Context as _;
use reqwest::Method;
use tokio::sync::watch;

use crate::Options;
use crate::api::Api;
use crate::chat::{CHANNELS, words};
use crate::ledger::Ledger;
use crate::process::Setup;
use crate::set_up::{Prepared, expect, prepare, set_up};
use crate::witness::Witness;

/// How many answers are looked at.
const MESSAGES: usize = 50;

/// Lets strace look at the host while it takes messages one after another; returns
/// how many answers came after the sync of what they acknowledge.
///
/// # Errors
/// When one came before, and when strace cannot run.
pub(crate) async fn run(options: &Options, folder: &Path) -> anyhow::Result<usize> {
    let ledger = Ledger::default();
    let witness = Witness::start(&ledger, 0).await?;
    let (address, addresses) = watch::channel(None);
    let api = Api::new(addresses)?;
    let setup = prepare(options, folder, witness.platform_url())?;
    let Prepared { ingress, .. } = set_up(&setup, &witness, &address, &api).await?;
    // Without a platform nothing is written but what is acknowledged.
    let trace = folder.join("trace");
    let setup = Setup { platform_url: None, trace: Some(trace.clone()), ..setup };
    let (process, _) = setup.start_ready(None, &address).await?;
    let (channel, path) = CHANNELS.into_iter().zip(ingress).next().context("no channel")?;
    for number in 0..MESSAGES {
        let request = channel.request("c-0", number, &words(number, 0));
        expect(&api, Method::POST, &path.1, request.into_bytes()).await?;
    }
    process.stop().await?;
    let trace = std::fs::read_to_string(trace).context("strace has written nothing")?;
    let answers = synced_answers(&trace)?;
    anyhow::ensure!(answers == MESSAGES, "{answers} of {MESSAGES} answers are in the trace");
    Ok(answers)
}

/// Whether what was written last to a file is on the disk.
struct Synced {
    /// The end of its name, as strace shows it.
    file: &'static str,
    written: bool,
    synced: bool,
    /// The thread whose sync is under way.
    syncing: Option<String>,
}

impl Synced {
    fn new(file: &'static str) -> Self {
        Self { file, written: false, synced: false, syncing: None }
    }

    fn see(&mut self, line: &str) {
        let thread = line.split_whitespace().next();
        let is_its_own = line.contains(self.file);
        let is_sync = line.contains("fdatasync") || line.contains("fsync");
        if line.contains("pwrite64(") && is_its_own {
            (self.written, self.synced) = (true, false);
        } else if is_sync && is_its_own && line.contains("<unfinished") {
            self.syncing = thread.map(str::to_owned);
        } else if is_sync && line.trim_end().ends_with("= 0") {
            let resumed = line.contains("resumed>") && self.syncing.as_deref() == thread;
            self.synced |= self.written && (resumed || is_its_own);
        }
    }
}

/// Counts the answers of success in a trace of `strace -f -y`: each comes after the sync
/// of the log, and the log is emptied after the sync of the mark that says it is not
/// needed any more.
fn synced_answers(trace: &str) -> anyhow::Result<usize> {
    const LOG: &str = "journal.db-wal>";
    let (mut log, mut mark) = (Synced::new(LOG), Synced::new("journal.mark>"));
    let mut answers = 0;
    for line in trace.lines() {
        log.see(line);
        mark.see(line);
        if line.contains("ftruncate(") && line.contains(LOG) {
            anyhow::ensure!(mark.synced, "the log is emptied before its mark is synced: {line}");
        } else if line.contains("\"HTTP/1.1 200 OK") {
            anyhow::ensure!(log.written, "an answer without a write before it: {line}");
            anyhow::ensure!(log.synced, "an answer before its sync: {line}");
            (log.written, log.synced) = (false, false);
            answers += 1;
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: &str = "7 pwrite64(9</d/journal.db-wal>, \"x\"..., 4096, 32) = 4096\n";
    const SYNC: &str = "7 fdatasync(9</d/journal.db-wal>) = 0\n";
    const ANSWER: &str =
        "8 writev(12<socket:[1]>, [{iov_base=\"HTTP/1.1 200 OK\\r\\n\"..., 99}], 1) = 99\n";

    fn counts(lines: &[&str], expected: usize) {
        assert!(synced_answers(&lines.concat()).is_ok_and(|it| it == expected), "{lines:?}");
    }

    fn complains(lines: &[&str]) {
        assert!(synced_answers(&lines.concat()).is_err(), "{lines:?}");
    }

    #[test]
    fn an_answer_comes_after_the_sync_of_its_own_write() {
        counts(&[WRITE, WRITE, SYNC, ANSWER, WRITE, SYNC, ANSWER], 2);
        complains(&[WRITE, ANSWER, SYNC]);
        complains(&[WRITE, SYNC, ANSWER, WRITE, ANSWER]);
        complains(&[WRITE, SYNC, WRITE, ANSWER]);
        complains(&[SYNC, ANSWER]);
    }

    #[test]
    fn a_sync_that_is_under_way_is_none() {
        let begun = "7 fdatasync(9</d/journal.db-wal> <unfinished ...>\n";
        let other = "6 <... fdatasync resumed>) = 0\n";
        let ended = "7 <... fdatasync resumed>) = 0\n";
        counts(&[WRITE, begun, ended, ANSWER], 1);
        complains(&[WRITE, begun, other, ANSWER, ended]);
        complains(&[WRITE, begun, "7 <... fdatasync resumed>) = -1 EIO\n", ANSWER]);
    }

    #[test]
    fn the_log_is_emptied_after_the_sync_of_its_mark() {
        let mark = "7 pwrite64(5</d/journal.mark>, \"x\"..., 32, 0) = 32\n";
        let sync = "7 fdatasync(5</d/journal.mark>) = 0\n";
        let empty = "7 ftruncate(9</d/journal.db-wal>, 0) = 0\n";
        counts(&[WRITE, SYNC, ANSWER, mark, sync, empty, mark], 1);
        complains(&[mark, empty]);
        complains(&[mark, sync, mark, empty]);
        complains(&[mark, SYNC, empty]);
    }

    #[test]
    fn a_sync_of_the_database_is_none_of_the_log() {
        complains(&[WRITE, "7 fdatasync(8</d/journal.db>) = 0\n", ANSWER]);
    }
}
