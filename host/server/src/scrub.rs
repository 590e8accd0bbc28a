//! Compares the checksums of all rows in the background, so that damage is found while
//! there is still a backup of what it has hit.

use std::sync::Arc;
use std::time::Duration;

use eclusa_journal::{JournalError, Scrubbed, Upkeep};
use metrics::counter;
use tokio::sync::watch;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Before the first part: a start has other things to do.
const FIRST: Duration = Duration::from_secs(1);

/// Between two parts at least, whatever there is to read,
const SHORTEST: Duration = Duration::from_millis(10);

/// and at most: what is small is read sooner.
const LONGEST: Duration = Duration::from_secs(3600);

/// Reads all rows once in so many days, until the server stops. 0: never.
pub(crate) async fn run(upkeep: Arc<dyn Upkeep>, days: u32, mut stopped: watch::Receiver<bool>) {
    if days == 0 {
        return;
    }
    let mut pause = FIRST;
    while tokio::time::timeout(pause, stopped.wait_for(|stop| *stop)).await.is_err() {
        pause = match part(&*upkeep, days).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "the checksums of the journal's rows cannot be compared");
                LONGEST
            }
        };
    }
}

/// Reads a part and tells what it has found; how long to wait until the next one.
async fn part(upkeep: &dyn Upkeep, days: u32) -> Result<Duration, JournalError> {
    let Scrubbed { rows, bytes, damaged, ended } = upkeep.scrub().await?;
    counter!("eclusa_scrub_rows_total").increment(rows);
    counter!("eclusa_scrub_damaged_rows_total").increment(damaged.len() as u64);
    for damaged in damaged {
        tracing::error!(
            table = damaged.table,
            row = damaged.row,
            "a row of the journal is damaged: it is not as it was written. Make a backup of \
             what is whole, or stop the server and run `eclusa check`; then restore a backup. \
             docs/operation.md says in which order"
        );
    }
    Ok(match ended {
        true => LONGEST,
        false => pause(bytes, upkeep.used_bytes().await?, days),
    })
}

/// The share of the days that what was read has of all. What is no row, such as indexes,
/// takes no time, so a whole pass takes less.
fn pause(bytes: u64, of: u64, days: u32) -> Duration {
    let all_ms = u128::from(days) * u128::from(DAY_MS);
    let ms = all_ms * u128::from(bytes) / u128::from(of.max(1));
    let ms = u64::try_from(ms).unwrap_or(u64::MAX);
    Duration::from_millis(ms).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_takes_the_days_it_may_take() {
        let gigabyte = 1 << 30;
        // 256 parts of 4 MiB in a week.
        assert_eq!(pause(4 << 20, gigabyte, 7), Duration::from_millis(7 * DAY_MS / 256));
        assert_eq!(pause(1 << 10, 1 << 40, 7), SHORTEST);
        for (bytes, of, days) in [(4096, 4096, 1), (u64::MAX, 1, u32::MAX), (1, 0, 7)] {
            assert_eq!(pause(bytes, of, days), LONGEST);
        }
    }
}
