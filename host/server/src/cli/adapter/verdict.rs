//! What became of a deployment, for people.

use eclusa_journal::registry::{Deployment, DeploymentReason, DeploymentState};

use super::standing::Standing;
use crate::cli::Outcome;
use crate::cli::output::Style;
use crate::cli::words;

/// So many details of a reason are shown.
const DETAILS: usize = 20;

/// Whether what was to be done is done, or waits for a person only.
pub(super) fn outcome(state: DeploymentState) -> Outcome {
    use DeploymentState as State;
    let well = match state {
        State::Checking | State::Waiting | State::Canary => true,
        State::Trial | State::Live | State::Unchanged => true,
        State::Rejected | State::Declined | State::Superseded => false,
        State::RolledBack | State::Interrupted => false,
    };
    well.into()
}

/// A word as cargo writes it, and what follows.
pub(super) fn step(style: Style, word: &str, text: &str) -> String {
    format!("{} {text}", style.bold(&style.green(&format!("{word:>12}"))))
}

/// The last lines about a deployment: what became of it, why, and what to do.
pub(super) fn lines(deployment: &Deployment, standing: &Standing, style: Style) -> Vec<String> {
    use DeploymentState as State;
    let (name, revision) = (&deployment.adapter, words::revision(&deployment.revision));
    let what = format!("{name} {revision}");
    let mut lines = Vec::new();
    match deployment.state {
        State::Checking => lines.push(step(style, "Checking", &what)),
        State::Live => lines.push(step(style, "Live", &format!("{what} serves"))),
        State::Trial => {
            lines.push(step(style, "Live", &format!("{what} serves{}", watched(standing))));
        }
        State::Canary => lines.extend(canary(deployment, standing, style)),
        State::Waiting => {
            let why = deployment.reason.as_ref().map(|it| words::tame(&it.message));
            let text = format!("{what} waits for a person: {}", why.unwrap_or_default());
            lines.push(step(style, "Waiting", &text));
            lines.extend(deployment.reason.iter().flat_map(|it| details(it, style)));
            let help = format!(
                "See `eclusa adapter diff {name}`, then `eclusa adapter approve {name}` or \
                 `eclusa adapter decline {name}`."
            );
            lines.push(format!("  {} {help}", style.bold("help:")));
        }
        State::Unchanged => {
            lines.push(step(style, "Unchanged", &format!("{what} serves already")));
        }
        State::Rejected
        | State::Declined
        | State::Superseded
        | State::RolledBack
        | State::Interrupted => lines.extend(failed(deployment, style)),
    }
    lines.extend(still(deployment, standing, style));
    lines.extend(held(deployment, standing, style));
    lines
}

fn watched(standing: &Standing) -> String {
    let Some(trial) = &standing.trial else { return String::new() };
    format!(
        "; watched until {}, {} takes over where it proves worse",
        words::time_of_ms(trial.until_ms),
        words::revision(&trial.predecessor)
    )
}

fn canary(deployment: &Deployment, standing: &Standing, style: Style) -> Vec<String> {
    let (name, revision) = (&deployment.adapter, words::revision(&deployment.revision));
    let Some(canary) = &standing.canary else {
        let text = format!("{name} {revision} serves a share of the conversations");
        return vec![step(style, "Canary", &text)];
    };
    let calls =
        canary.calls.map(|calls| format!(" or {} are answered", words::count(calls, "call")));
    let text = format!(
        "{name} {revision} serves {} % of the conversations until {}{}, then all",
        canary.percent,
        words::time_of_ms(canary.until_ms),
        calls.unwrap_or_default()
    );
    let help = format!(
        "  {} `eclusa adapter activate {name} {revision}` gives it all of them now, \
         `eclusa adapter rollback {name}` takes it back.",
        style.bold("help:")
    );
    vec![step(style, "Canary", &text), help]
}

/// It does not serve: an error, in the form that all of them have.
fn failed(deployment: &Deployment, style: Style) -> Vec<String> {
    let state = words::name(&deployment.state);
    let Some(reason) = &deployment.reason else {
        let text = match deployment.state {
            DeploymentState::Superseded => "a newer deployment has taken its place",
            DeploymentState::Interrupted => "the server stopped while it was checked",
            _ => "it does not serve",
        };
        return vec![format!("{} {text}", style.red(&format!("error[{state}]:")))];
    };
    let stage = reason.stage.as_ref().map(|stage| format!("{stage}: ")).unwrap_or_default();
    let message = words::first_line(&reason.message);
    let title = style.red(&format!("error[{}]:", reason.code));
    let mut lines = vec![format!("{title} {stage}{message}")];
    lines.extend(details(reason, style));
    lines.push(format!("  {} {}", style.bold("help:"), reason.action));
    lines
}

/// Below a reason.
fn details(reason: &DeploymentReason, style: Style) -> Vec<String> {
    let all = reason.details.iter().flat_map(|detail| detail.lines());
    let hidden = all.clone().count().saturating_sub(DETAILS);
    let mut lines: Vec<String> =
        all.take(DETAILS).map(|line| format!("  - {}", words::tame(line))).collect();
    if hidden > 0 {
        lines.push(style.dim(&format!("  … and {hidden} more; --json shows them")));
    }
    lines
}

/// What serves instead.
fn still(deployment: &Deployment, standing: &Standing, style: Style) -> Option<String> {
    use DeploymentState as State;
    let other = standing.revision.as_ref().filter(|active| **active != deployment.revision);
    let instead = !matches!(
        deployment.state,
        State::Checking | State::Live | State::Trial | State::Canary | State::Unchanged
    );
    let revision = other.filter(|_| instead)?;
    Some(step(style, "Serving", &format!("{} as before", words::revision(revision))))
}

/// Channels that stay behind.
fn held(deployment: &Deployment, standing: &Standing, style: Style) -> Vec<String> {
    if standing.revision.as_ref() != Some(&deployment.revision) {
        return Vec::new();
    }
    let held = standing.holds.iter().map(|(channel, hold)| {
        let missing: Vec<String> =
            hold.missing.iter().map(|(pointer, why)| format!("{pointer}: {why}")).collect();
        format!(
            "{} channel {channel} stays on {}, since it lacks something: {}",
            style.yellow("warning:"),
            words::revision(&hold.revision),
            missing.join("; ")
        )
    });
    held.collect()
}

#[cfg(test)]
#[path = "verdict_test.rs"]
mod tests;
