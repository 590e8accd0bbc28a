//! A state in one word, with its colour.

use eclusa_deploy::AdapterView;
use eclusa_journal::registry::DeploymentState;

/// A state in one word.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Badge {
    /// The class that colours it: `good`, `warn`, `bad`, or none.
    pub(in super::super) class: &'static str,
    /// The key of its text.
    pub(in super::super) text: &'static str,
}

impl Badge {
    /// With this class and text.
    pub(in super::super) const fn new(class: &'static str, text: &'static str) -> Self {
        Self { class, text }
    }

    /// How far a deployment has come.
    pub(super) fn of_deployment(state: DeploymentState) -> Self {
        match state {
            DeploymentState::Checking => Self::new("", "deployment-checking"),
            DeploymentState::Rejected => Self::new("bad", "deployment-rejected"),
            DeploymentState::Waiting => Self::new("warn", "deployment-waiting"),
            DeploymentState::Declined => Self::new("", "deployment-declined"),
            DeploymentState::Canary => Self::new("warn", "deployment-canary"),
            DeploymentState::Trial => Self::new("good", "deployment-trial"),
            DeploymentState::Live => Self::new("good", "deployment-live"),
            DeploymentState::Superseded => Self::new("", "deployment-superseded"),
            DeploymentState::RolledBack => Self::new("bad", "deployment-rolled-back"),
            DeploymentState::Unchanged => Self::new("", "deployment-unchanged"),
            DeploymentState::Interrupted => Self::new("warn", "deployment-interrupted"),
        }
    }

    /// How an adapter stands: what waits for a person comes first.
    pub(super) fn of_adapter(view: &AdapterView) -> Self {
        let record = &view.record;
        match (&view.active, &view.latest) {
            _ if record.waiting.is_some() => Self::of_deployment(DeploymentState::Waiting),
            _ if record.canary.is_some() => Self::of_deployment(DeploymentState::Canary),
            (Some(_), _) if record.trial.is_some() => Self::of_deployment(DeploymentState::Trial),
            (Some(_), _) => Self::of_deployment(DeploymentState::Live),
            (None, Some(latest)) => Self::of_deployment(latest.state),
            (None, None) => Self::of_deployment(DeploymentState::Checking),
        }
    }

    /// What a revision in memory does, as the API names it.
    pub(super) fn of_role(role: &str) -> Self {
        match role {
            "active" => Self::new("good", "role-active"),
            "canary" => Self::new("warn", "role-canary"),
            "predecessor" => Self::new("", "role-predecessor"),
            "waiting" => Self::new("warn", "role-waiting"),
            "pinned" => Self::new("", "role-pinned"),
            "held" => Self::new("", "role-held"),
            "draining" => Self::new("", "role-draining"),
            _ => Self::new("", "role-kept"),
        }
    }
}
