//! `eclusa backup`, `eclusa restore` and `eclusa check`: keeping what was recorded.

use std::path::{Path, PathBuf};

use eclusa_journal::{
    BackupManifest, Clock, SystemClock, backup_folder, check_folder, restore_folder, rfc3339,
};
use serde::Deserialize;
use serde_json::json;

use super::client::{Client, Server, understood};
use super::output::{self, Style};
use super::{Outcome, words};

const BACKUP_EXAMPLES: &str = "\
Examples:
  eclusa backup
  eclusa backup --data /var/lib/eclusa --to /mnt/backups/monday

Without --data the server of ECLUSA_URL makes one, while it goes on, in its
`storage.backups` folder. The key that secrets are encrypted with is not in a backup.";

const RESTORE_EXAMPLES: &str = "\
Examples:
  eclusa restore /mnt/backups/monday --data /var/lib/eclusa

What was delivered after the backup was made is delivered again, with the same ids.";

const CHECK_EXAMPLES: &str = "\
Examples:
  eclusa check --data /var/lib/eclusa

It changes nothing. Exit code 1 where something is damaged. Of a running server make a
backup instead: it is checked as a whole.";

/// The arguments of `backup`.
#[derive(Debug, clap::Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(super) struct BackupArgs {
    /// Back up this data folder, which no server has open.
    #[arg(long, value_name = "DIR", requires = "to")]
    data: Option<PathBuf>,
    /// The folder to make; it must not be there.
    #[arg(long, value_name = "DIR", requires = "data")]
    to: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

/// The arguments of `restore`.
#[derive(Debug, clap::Args)]
#[command(after_help = RESTORE_EXAMPLES)]
pub(super) struct RestoreArgs {
    /// A folder that `eclusa backup` has made.
    #[arg(value_name = "BACKUP")]
    from: PathBuf,
    /// The data folder to make; it must not be there, or be empty.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(super) struct CheckArgs {
    /// A data folder that no server has open.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// Makes a backup.
pub(super) fn backup(args: &BackupArgs, json: bool) -> anyhow::Result<Outcome> {
    #[derive(Deserialize)]
    struct Made {
        folder: PathBuf,
        manifest: BackupManifest,
    }
    let (folder, manifest) = match (&args.data, &args.to) {
        (Some(data), Some(to)) => {
            let now = rfc3339(SystemClock.now_ms());
            (to.clone(), backup_folder(data, to, &now, &progress)?)
        }
        _ => {
            let answer = Client::new(&args.server)?.post_slowly("/v1/backups", &json!({}))?;
            let Made { folder, manifest } = understood(&answer)?;
            (folder, manifest)
        }
    };
    told("backup", &folder, &manifest, json)
}

/// Restores a backup.
pub(super) fn restore(args: &RestoreArgs, json: bool) -> anyhow::Result<Outcome> {
    let manifest = restore_folder(&args.from, &args.data, &progress)?;
    told("restored", &args.data, &manifest, json)
}

fn told(
    what: &str,
    folder: &Path,
    manifest: &BackupManifest,
    json: bool,
) -> anyhow::Result<Outcome> {
    if json {
        output::json(&json!({ "folder": folder, "manifest": manifest }))?;
        return Ok(Outcome::Success);
    }
    let rows: u64 = manifest.rows.values().sum();
    output::lines(&[format!(
        "{what}: {}, {rows} rows in {} bytes, {} components, as of {}",
        folder.display(),
        manifest.database.bytes,
        manifest.components.len(),
        manifest.created_at
    )])?;
    Ok(Outcome::Success)
}

/// Looks for damage.
pub(super) fn check(args: &CheckArgs, json: bool) -> anyhow::Result<Outcome> {
    let report = check_folder(&args.data, &progress)?;
    if json {
        output::json(&report)?;
        return Ok(report.is_sound().into());
    }
    let mut lines: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let place = finding.place.as_deref().unwrap_or("the database");
            let id = finding.id.as_deref().unwrap_or_default();
            words::tame(&format!("{place} {id}: {}", finding.what))
        })
        .collect();
    let style = Style::stdout();
    let verdict = match report.damaged {
        0 => style.green("sound"),
        count => style.red(&format!("damaged in {count} places; restore a backup")),
    };
    lines.push(format!(
        "{verdict}: {} rows and {} components were looked at",
        report.rows, report.components
    ));
    output::lines(&lines)?;
    Ok(report.is_sound().into())
}

/// What is being done goes to standard error; the result alone to standard output.
fn progress(what: &str) {
    eprintln!("{what} …");
}
