//! `eclusa audit`: who did what, to anything.

use eclusa_journal::registry::AuditEntry;

use super::client::{Client, Server, understood};
use super::{Outcome, names, output, words};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only about this adapter.
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Only about these: adapter, channel, token, key, dead_letter, platform, console or
    /// attendance, or one of them, e.g. channel:telegram-sales.
    #[arg(long, value_name = "KIND[:ID]", conflicts_with = "adapter")]
    subject: Option<String>,
    /// At most so many, newest first.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    #[command(flatten)]
    server: Server,
}

/// Lists what was done, newest first.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let mut path = format!("/v1/audit?limit={}", args.limit);
    if let Some(adapter) = &args.adapter {
        path.push_str(&format!("&adapter={}", names::adapter(adapter)?));
    }
    if let Some(subject) = &args.subject {
        path.push_str("&subject=");
        path.extend(url::form_urlencoded::byte_serialize(subject.as_bytes()));
    }
    let document = Client::new(&args.server)?.get(&path)?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let entries: Vec<AuditEntry> = match document.get("entries") {
        Some(list) => understood(list)?,
        None => Vec::new(),
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    output::table(&["time", "who", "what", "subject", "revision", "channel", "why"], &rows)?;
    Ok(Outcome::Success)
}

fn row(entry: &AuditEntry) -> Vec<String> {
    let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
    vec![
        words::time(&entry.at),
        words::tame(&entry.actor),
        words::name(&entry.action),
        words::tame(&format!("{} {}", words::name(&entry.subject.kind), entry.subject.id)),
        or_dash(entry.revision.as_deref().map(words::revision)),
        or_dash(entry.channel.as_deref()),
        words::first_line(&entry.detail),
    ]
}
