//! In which order the kernel is asked to keep and to answer.
//!
//! A process that is killed leaves with the kernel what it has written, so no kill
//! shows a missing fsync: only a power cut would. This looks at the system calls
//! instead: between what is written to the journal's log and the answer, the log
//! is synced.

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

/// Counts the answers of success in a trace of `strace -f -y`.
fn synced_answers(trace: &str) -> anyhow::Result<usize> {
    const LOG: &str = "journal.db-wal>";
    let (mut answers, mut written, mut synced) = (0, false, false);
    let mut syncing = None;
    for line in trace.lines() {
        let thread = line.split_whitespace().next();
        let is_sync = line.contains("fdatasync") || line.contains("fsync");
        if line.contains("pwrite64(") && line.contains(LOG) {
            (written, synced) = (true, false);
        } else if is_sync && line.contains(LOG) && line.contains("<unfinished") {
            syncing = thread;
        } else if is_sync && line.trim_end().ends_with("= 0") {
            let resumed = line.contains("resumed>") && syncing == thread;
            synced |= written && (resumed || line.contains(LOG));
        } else if line.contains("\"HTTP/1.1 200 OK") {
            anyhow::ensure!(written, "an answer without a write before it: {line}");
            anyhow::ensure!(synced, "an answer before its sync: {line}");
            (answers, written, synced) = (answers + 1, false, false);
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
    fn a_sync_of_the_database_is_none_of_the_log() {
        complains(&[WRITE, "7 fdatasync(8</d/journal.db>) = 0\n", ANSWER]);
    }
}
