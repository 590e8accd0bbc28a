//! `eclusa adapter show`: how an adapter stands.

use super::policy;
use super::standing::{Known, Named, Standing, document};
use crate::cli::output::{self, Style};
use crate::cli::{Outcome, words};

/// Shows what serves, what waits, and by which rules that changes.
pub(super) fn run(named: &Named, json: bool) -> anyhow::Result<Outcome> {
    let (name, client) = named.open()?;
    let document = document(&client, name)?;
    if json {
        output::json(&document)?;
        return Ok(Outcome::Success);
    }
    let standing = Standing::of(&document)?;
    let style = Style::stdout();
    output::lines(&head(&standing, style))?;
    output::lines(&under_way(&standing, style))?;
    output::lines(&apart(&standing, style))?;
    output::line("")?;
    output::lines(&policy::lines(&standing.policy))?;
    output::line("")?;
    let rows: Vec<_> = standing.revisions.iter().map(row).collect();
    let titles = ["revision", "role", "version", "interface", "calls under way", "size", "added"];
    output::table(&titles, &rows)?;
    Ok(Outcome::Success)
}

fn head(standing: &Standing, style: Style) -> Vec<String> {
    let name = style.bold(&standing.name);
    let Some(revision) = standing.active() else {
        return vec![format!("{name}  {}: nothing serves", style.red(&standing.state))];
    };
    let interface = standing.interface.as_deref().unwrap_or("-");
    vec![
        format!("{name} {}", style.bold(standing.version.as_deref().unwrap_or("-"))),
        words::first_line(standing.summary.as_deref().unwrap_or("-")),
        format!("serves     {revision}  (eclusa:adapter@{interface})"),
    ]
}

/// Trial, canary, what waits, and what became of the newest one.
fn under_way(standing: &Standing, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    let calls = standing.watched.as_ref().map(|watched| {
        let worse = format!("{} failed in it only", watched.worse);
        let worse = if watched.worse > 0 { style.red(&worse) } else { worse };
        format!("; {} so far, {worse}", words::count(watched.calls, "call"))
    });
    let calls = calls.unwrap_or_default();
    if let Some(trial) = &standing.trial {
        let until = words::time_of_ms(trial.until_ms);
        let predecessor = words::revision(&trial.predecessor);
        lines.push(format!(
            "watched    since {} until {until}{calls}; {predecessor} takes over where it proves \
             worse",
            words::time(&trial.since)
        ));
    }
    if let Some(canary) = &standing.canary {
        let until = words::time_of_ms(canary.until_ms);
        let enough = canary.calls.map(|calls| format!(" or {}", words::count(calls, "call")));
        lines.push(format!(
            "canary     {} serves {} % of the conversations since {} until {until}{}{calls}",
            words::revision(&canary.candidate),
            canary.percent,
            words::time(&canary.since),
            enough.unwrap_or_default()
        ));
    }
    let newest = standing.deployment.as_ref();
    if let Some(waiting) = &standing.waiting {
        let reason = newest.filter(|it| it.id == waiting.deployment);
        let reason = reason.and_then(|it| it.reason.as_ref());
        let why = reason.map(|it| format!(": {}", words::first_line(&it.message)));
        lines.push(format!(
            "{}    {}{}; `eclusa adapter diff|approve|decline {}`",
            style.yellow("waiting"),
            words::revision(&waiting.revision),
            why.unwrap_or_default(),
            standing.name
        ));
    }
    let other = newest.filter(|it| {
        let serves = standing.revision.as_ref() == Some(&it.revision);
        let told = standing.waiting.as_ref().is_some_and(|waiting| waiting.deployment == it.id)
            || standing.canary.as_ref().is_some_and(|canary| canary.deployment == it.id);
        !serves && !told
    });
    if let Some(newest) = other {
        let reason = newest.reason.as_ref();
        let why = reason.map(|it| format!(": {}: {}", it.code, words::first_line(&it.message)));
        lines.push(format!(
            "newest     {} {}{}",
            words::revision(&newest.revision),
            words::name(&newest.state),
            why.unwrap_or_default()
        ));
    }
    lines
}

/// Channels that do not follow.
fn apart(standing: &Standing, style: Style) -> Vec<String> {
    let pins = standing.pins.iter().map(|(channel, revision)| {
        format!("pinned     {channel} on {}", words::revision(revision))
    });
    let holds = standing.holds.iter().flat_map(|(channel, hold)| {
        let title = format!(
            "{}       {channel} stays on {}, since it lacks:",
            style.yellow("held"),
            words::revision(&hold.revision)
        );
        let missing = hold.missing.iter();
        std::iter::once(title).chain(missing.map(|(pointer, why)| format!("  - {pointer}: {why}")))
    });
    pins.chain(holds).collect()
}

fn row(known: &Known) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    vec![
        words::revision(&known.revision).to_owned(),
        known.role.clone(),
        or_dash(known.version.clone()),
        or_dash(known.interface.clone()),
        known.in_flight.to_string(),
        or_dash(known.bytes.map(words::bytes)),
        or_dash(known.added_at.as_deref().map(words::time)),
    ]
}
