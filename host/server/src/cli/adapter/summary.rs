//! What an adapter says of itself, and why a file is none, for people and for
//! programs.

use eclusa_engine::{CallError, LoadError, Revision, Stage};
use eclusa_model::{ContentType, Handshake, Support, SupportLevel};
use serde_json::{Value, json};

use crate::cli::output::{self, Style};

/// A revision as JSON.
pub(super) fn document(revision: &Revision) -> Value {
    let manifest = revision.manifest();
    json!({
        "name": manifest.name,
        "version": manifest.version,
        "summary": manifest.summary,
        "interface": revision.interface_version(),
        "sha256": revision.sha256(),
        "inbound": manifest.inbound,
        "outbound": manifest.outbound,
        "secrets": manifest.secrets,
        "verification": manifest.verification,
        "handshake": manifest.handshake,
        "settings_schema": manifest.settings_schema,
        "samples": {
            "receive": manifest.samples.receive.len(),
            "send": manifest.samples.send.len(),
        },
    })
}

/// A revision for people.
pub(super) fn print(revision: &Revision) -> anyhow::Result<()> {
    let style = Style::stdout();
    let manifest = revision.manifest();
    output::line("")?;
    output::line(style.bold(&format!("{} {}", manifest.name, manifest.version)))?;
    output::line(&manifest.summary)?;
    output::line(format!("interface  eclusa:adapter@{}", revision.interface_version()))?;
    output::line(format!("sha256     {}", revision.sha256()))?;
    output::line(format!(
        "samples    {} receive, {} send",
        manifest.samples.receive.len(),
        manifest.samples.send.len()
    ))?;
    output::line("")?;
    let rows: Vec<_> = ContentType::ALL
        .into_iter()
        .map(|kind| {
            let (inbound, outbound) = (manifest.inbound.get(&kind), manifest.outbound.get(&kind));
            vec![kind.to_string(), level(inbound).to_owned(), level(outbound).to_owned()]
        })
        .collect();
    output::table(&["type", "from the chat", "to the chat"], &rows)?;
    output::line("")?;
    print_demands(revision)
}

/// What a channel must bring along.
fn print_demands(revision: &Revision) -> anyhow::Result<()> {
    let manifest = revision.manifest();
    if manifest.secrets.is_empty() {
        output::line("secrets    none")?;
    }
    for secret in &manifest.secrets {
        let need = if secret.required { "required" } else { "optional" };
        output::line(format!("secret     {} ({need}): {}", secret.name, secret.summary))?;
    }
    match &manifest.verification {
        Some(scheme) => {
            let (name, place) = (scheme.scheme(), scheme.place());
            let key = match scheme.secret() {
                Some(secret) => format!("the secret {secret}"),
                None => "the chat's published keys".to_owned(),
            };
            output::line(format!("verified   {name}: {place}, by {key}"))?;
        }
        None => output::line("verified   not at all")?,
    }
    match &manifest.handshake {
        Some(Handshake::Query(it)) => output::line(format!(
            "handshake  a GET is given `{}` back, by the secret {}",
            it.challenge, it.secret
        ))?,
        Some(Handshake::Body(_)) => output::line("handshake  a POST, verified, is answered")?,
        None => {}
    }
    let properties = manifest.settings_schema.get("properties").and_then(Value::as_object);
    let required = manifest.settings_schema.get("required").and_then(Value::as_array);
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        return output::line("settings   none");
    };
    for (name, schema) in properties {
        let needed = required.is_some_and(|names| names.iter().any(|known| known == name));
        let need = if needed { "required" } else { "optional" };
        let text = schema.get("description").and_then(Value::as_str).unwrap_or("no description");
        output::line(format!("setting    {name} ({need}): {text}"))?;
    }
    Ok(())
}

fn level(support: Option<&Support>) -> &'static str {
    match support.map(|support| support.level) {
        Some(SupportLevel::Full) => "full",
        Some(SupportLevel::Partial) => "partial",
        Some(SupportLevel::FallbackText) => "as text",
        Some(SupportLevel::Refused) | None => "-",
    }
}

/// A stage as one line.
pub(super) fn stage_line(stage: &Stage, style: Style) -> String {
    let state = if stage.ok { style.green("ok    ") } else { style.red("FAILED") };
    let time = style.dim(&format!("{:>9.1} ms", stage.duration.as_secs_f64() * 1000.0));
    format!("  {state}  {:<11} {time}  {}", stage.stage.as_str(), first_line(&stage.message))
}

/// Why a file cannot serve, below its stages.
pub(super) fn load_error_lines(error: &LoadError, style: Style) -> Vec<String> {
    let mut lines = vec![format!(
        "{} {}",
        style.red(&format!("error[{}]:", error.code)),
        first_line(&error.message)
    )];
    lines.extend(error.details.iter().map(|detail| format!("  - {detail}")));
    if let Some(call) = &error.call {
        lines.extend(guest_lines(call));
    }
    lines.push(format!("  {} {}", style.bold("help:"), error.action));
    lines
}

/// Why a call failed.
pub(super) fn call_error_lines(error: &CallError, style: Style) -> Vec<String> {
    let mut lines = vec![format!(
        "{} `{}`: {}",
        style.red(&format!("error[{}]:", error.code)),
        error.call,
        first_line(&error.message)
    )];
    lines.extend(guest_lines(error));
    lines.push(format!("  {} {}", style.bold("help:"), error.action));
    lines
}

/// A guest's panic text takes several lines; it is printed on lines of its own.
fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default().trim_end_matches([':', ' '])
}

/// What the guest said when it failed, and where it was.
fn guest_lines(error: &CallError) -> Vec<String> {
    let said = error.panic.as_deref().unwrap_or_default().lines().map(|line| format!("  | {line}"));
    let stack = error.backtrace.iter().map(|function| format!("  at {function}"));
    said.chain(stack).collect()
}
