//! Channels that stay behind, since they lack what a revision needs.

use std::collections::BTreeMap;

use eclusa_engine::Revision;
use eclusa_journal::registry::{AuditAction, Hold};
use eclusa_model::Channel;

use super::Deployer;
use super::core::{Core, ITSELF, Slot, State, Step};
use crate::{DeployError, requirements};

/// What a channel lacks for a revision.
pub(super) fn missing(revision: &Revision, channel: &Channel) -> Vec<(String, String)> {
    requirements::missing(revision.name(), revision.manifest(), channel)
}

impl Deployer {
    /// A channel was created, changed or deleted: it may have now what it lacked.
    ///
    /// # Errors
    /// When the journal takes no writes; the channel stays where it is then.
    pub async fn channel_changed(&self, adapter: &str) -> Result<(), DeployError> {
        let Ok(slot) = self.core.slot(adapter) else { return Ok(()) };
        self.command(|core| async move { core.review_channels(&slot).await }).await
    }
}

impl Core {
    async fn review_channels(&self, slot: &Slot) -> Result<(), DeployError> {
        let mut state = slot.state.lock().await;
        let record = &state.record;
        if record.holds.is_empty() && record.pins.is_empty() && record.canary.is_none() {
            return Ok(());
        }
        let mut step = Step::of(&state);
        let channels = self.channels.on(&slot.name);
        let is_there = |id: &String| channels.iter().any(|channel| channel.profile.id == *id);
        step.record.pins.retain(|id, _| is_there(id));
        self.hold(&mut step, &state, None);
        if step.record.pins == state.record.pins && step.record.holds == state.record.holds {
            // It may have what a canary needs now.
            let active = state.record.active.as_ref().map(|served| served.revision.clone());
            self.publish(&mut state, active.as_deref());
            return Ok(());
        }
        self.commit(&mut state, step).await
    }

    /// Finds out which channels stay behind, for what is active in `step`.
    /// `before` served until now.
    pub(super) fn hold(&self, step: &mut Step, state: &State, before: Option<&str>) {
        let Some(active) = &step.record.active else { return };
        let Some(revision) = state.loaded.get(&active.revision) else { return };
        let mut holds = BTreeMap::new();
        for channel in self.channels.on(&step.record.name) {
            let id = &channel.profile.id;
            if step.record.pins.contains_key(id) {
                // It follows nobody.
                continue;
            }
            let held = step.record.holds.get(id).map(|hold| hold.revision.as_str());
            // A channel that was held before goes on where it is.
            let Some(stays_on) = held.or(before).filter(|it| *it != active.revision) else {
                continue;
            };
            let missing = missing(revision, &channel);
            if !missing.is_empty() {
                holds.insert(id.clone(), Hold { revision: stays_on.to_owned(), missing });
            }
        }
        let changed = |action, id: &String, detail: String| {
            let mut entry = self.audit(ITSELF, action, &step.record, detail);
            entry.revision = Some(active.revision.clone());
            entry.channel = Some(id.clone());
            entry
        };
        let mut entries = Vec::new();
        for (id, hold) in &holds {
            if !step.record.holds.contains_key(id) {
                let lacks: Vec<_> =
                    hold.missing.iter().map(|(at, why)| format!("{at}: {why}")).collect();
                entries.push(changed(AuditAction::Held, id, lacks.join("; ")));
            }
        }
        for id in step.record.holds.keys().filter(|id| !holds.contains_key(*id)) {
            let detail = "it follows its adapter again".to_owned();
            entries.push(changed(AuditAction::Released, id, detail));
        }
        step.audit.extend(entries);
        step.record.holds = holds;
    }
}
