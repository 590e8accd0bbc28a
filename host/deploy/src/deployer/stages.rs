//! Stages of the checks as they are recorded.

use std::time::Duration;

use eclusa_engine::{LoadError, Stage};
use eclusa_journal::registry::{DeploymentReason, StageRecord};

/// What a loaded candidate must have besides.
pub(super) const REQUIREMENTS: &str = "requirements";
/// Recorded traffic through both.
pub(super) const SHADOW: &str = "shadow";

/// A stage of loading.
pub(super) fn loaded(stage: &Stage) -> StageRecord {
    StageRecord {
        stage: stage.stage.as_str().to_owned(),
        ok: stage.ok,
        code: stage.code.map(str::to_owned),
        duration_ms: ms(stage.duration),
        message: stage.message.clone(),
    }
}

/// A stage that was passed.
pub(super) fn passed(stage: &str, took: Duration, message: impl Into<String>) -> StageRecord {
    StageRecord {
        stage: stage.to_owned(),
        ok: true,
        code: None,
        duration_ms: ms(took),
        message: message.into(),
    }
}

/// A stage that was not passed.
pub(super) fn failed(reason: &DeploymentReason, took: Duration) -> StageRecord {
    StageRecord {
        stage: reason.stage.clone().unwrap_or_default(),
        ok: false,
        code: Some(reason.code.clone()),
        duration_ms: ms(took),
        message: reason.message.clone(),
    }
}

/// Why a file does not load.
pub(super) fn not_loaded(error: &LoadError) -> DeploymentReason {
    let mut details = error.details.clone();
    if let Some(call) = &error.call {
        details.extend(call.panic.iter().map(|panic| panic.trim_end().to_owned()));
        details.extend(call.backtrace.iter().map(|function| format!("at {function}")));
    }
    DeploymentReason {
        stage: Some(error.stage.as_str().to_owned()),
        code: error.code.to_owned(),
        message: error.message.clone(),
        action: error.action.clone(),
        details,
    }
}

/// Milliseconds with three digits, which are enough for people.
fn ms(duration: Duration) -> f64 {
    let micros = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1000.0
}
