//! What becomes of a candidate that has passed its checks.

use eclusa_journal::registry::{DeploymentReason, ManifestChange, Mode, ShadowReport};

use super::stages::SHADOW;
use crate::shadow::Slower;

/// What is known of a candidate.
pub(super) struct Evidence<'a> {
    pub(super) mode: Mode,
    /// Something serves already.
    pub(super) has_predecessor: bool,
    pub(super) changes: &'a [ManifestChange],
    pub(super) shadow: Option<&'a ShadowReport>,
    pub(super) slower: Option<&'a Slower>,
    /// Channels that would stay behind.
    pub(super) held: usize,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decision {
    GoLive,
    Wait(DeploymentReason),
    Reject(DeploymentReason),
}

/// Decides by the mode.
pub(super) fn decide(adapter: &str, evidence: &Evidence<'_>) -> Decision {
    let worse = worse(adapter, evidence);
    match evidence.mode {
        Mode::Auto => match (worse, unproven(adapter, evidence)) {
            (Some(reason), _) => Decision::Reject(reason),
            (None, Some(reason)) => Decision::Wait(reason),
            (None, None) => Decision::GoLive,
        },
        Mode::Review => match worse.or_else(|| differs(adapter, evidence)) {
            Some(reason) => Decision::Wait(for_a_person(adapter, reason)),
            None => Decision::GoLive,
        },
        Mode::Manual => {
            let why = worse.unwrap_or_else(|| {
                reason(adapter, "manual", "the policy leaves every decision to a person".to_owned())
            });
            Decision::Wait(for_a_person(adapter, why))
        }
    }
}

/// Why the shadow speaks against it.
fn worse(adapter: &str, evidence: &Evidence<'_>) -> Option<DeploymentReason> {
    let report = evidence.shadow?;
    let failures = report.sum(|it| it.new_failures);
    if failures > 0 {
        let total = report.sum(|it| it.total);
        let fail = if failures == 1 { "fails" } else { "fail" };
        let message = format!("{failures} of {total} recorded inputs {fail} in it only");
        let mut reason = on_shadow(adapter, "shadow_new_failures", message);
        for shadow in &report.channels {
            for comparison in [&shadow.receive, &shadow.send, &shadow.settle] {
                reason.details.extend(comparison.failures.iter().map(|group| {
                    let (count, code) = (group.count, &group.code);
                    format!("channel {}: {count} × {code}: {}", shadow.channel, group.message)
                }));
            }
        }
        return Some(reason);
    }
    let slower = evidence.slower?;
    let message = format!(
        "`{}` takes {:.1} ms on channel {}, {:.1} ms in the revision that serves \
         (95th percentile of guest time)",
        slower.what,
        slower.candidate_p95_us / 1000.0,
        slower.channel,
        slower.baseline_p95_us / 1000.0,
    );
    Some(on_shadow(adapter, "shadow_slower", message))
}

/// The shadow cannot prove another way to verify requests: what it would need,
/// signatures and secrets, is not recorded. Nor can it prove another host, to
/// which secrets would be sent.
fn unproven(adapter: &str, evidence: &Evidence<'_>) -> Option<DeploymentReason> {
    let found = [
        ("/verification", "verification_changed", "it verifies requests otherwise"),
        ("/default_url", "default_url_changed", "it speaks to another address"),
    ];
    let (_, code, what) = found.into_iter().find(|(part, ..)| {
        evidence.has_predecessor && evidence.changes.iter().any(|it| it.pointer.starts_with(part))
    })?;
    let message = format!("{what}, which recorded traffic cannot prove");
    Some(reason(adapter, code, message))
}

fn differs(adapter: &str, evidence: &Evidence<'_>) -> Option<DeploymentReason> {
    let answers = evidence.shadow.map_or(0, |it| it.sum(|it| it.changed + it.repaired_failures));
    let (manifest, held) = (evidence.changes.len(), evidence.held);
    (answers > 0 || (manifest > 0 && evidence.has_predecessor) || held > 0).then(|| {
        let found = [
            (answers as usize, "answer differs", "answers differ"),
            (manifest, "part of the manifest changed", "parts of the manifest changed"),
            (held, "channel would stay behind", "channels would stay behind"),
        ];
        let found: Vec<String> = found
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        reason(adapter, "review", found.join(", "))
    })
}

fn on_shadow(adapter: &str, code: &str, message: String) -> DeploymentReason {
    DeploymentReason {
        stage: Some(SHADOW.to_owned()),
        action: format!(
            "See `eclusa adapter diff {adapter}`. If it is meant to be so, deploy it again with \
             `--mode review` and approve it."
        ),
        ..reason(adapter, code, message)
    }
}

fn reason(adapter: &str, code: &str, message: String) -> DeploymentReason {
    for_a_person(
        adapter,
        DeploymentReason {
            stage: None,
            code: code.to_owned(),
            message,
            action: String::new(),
            details: Vec::new(),
        },
    )
}

/// With what a person can do about one that waits.
fn for_a_person(adapter: &str, reason: DeploymentReason) -> DeploymentReason {
    DeploymentReason {
        action: format!(
            "See `eclusa adapter diff {adapter}`, then `eclusa adapter approve {adapter}` or \
             `eclusa adapter decline {adapter}`."
        ),
        ..reason
    }
}
