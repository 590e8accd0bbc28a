//! Lets the data path follow what is recorded.

use std::sync::Arc;

use metrics::{counter, gauge};

use super::core::{Core, State};
use super::holds;
use crate::live::{AdapterRoutes, Route, Trial, TrialStart};

impl Core {
    /// Lets the data path follow the record. `before` served until now.
    pub(super) fn publish(&self, state: &mut State, before: Option<&str>) {
        let record = &state.record;
        state.trial = self.trial(state);
        let Some(active) = record.active.as_ref() else { return };
        let Some(revision) = state.loaded.get(&active.revision) else {
            tracing::error!(adapter = record.name, "the active revision is not loaded");
            return;
        };
        let all = match (&state.trial, &record.canary) {
            (Some(trial), Some(canary)) => Route::Canary(Arc::clone(trial), canary.percent),
            (Some(trial), None) => Route::Trial(Arc::clone(trial)),
            (None, _) => Route::Steady(Arc::clone(revision)),
        };
        let held = record.holds.iter().map(|(channel, hold)| (channel, &hold.revision));
        // A channel that lacks what a canary needs has no share in it.
        let candidate = record.canary.as_ref().and_then(|it| state.loaded.get(&it.candidate));
        let lacking: Vec<String> = candidate
            .map(|candidate| {
                let channels = self.channels.on(&record.name);
                let mut channels = channels.iter();
                channels
                    .by_ref()
                    .filter(|channel| !holds::missing(candidate, channel).is_empty())
                    .map(|channel| channel.profile.id.clone())
                    .collect()
            })
            .unwrap_or_default();
        let waiting = record.waiting.as_ref().and_then(|it| state.loaded.get(&it.revision));
        let upcoming = candidate.or(waiting).cloned();
        let stay = lacking.iter().map(|channel| (channel, &active.revision));
        let channels = stay
            .chain(held)
            // A pin comes last and wins.
            .chain(&record.pins)
            .filter_map(|(channel, sha256)| {
                let revision = state.loaded.get(sha256)?;
                Some((channel.clone(), Route::Steady(Arc::clone(revision))))
            })
            .collect();
        self.routes.set(&record.name, AdapterRoutes { all, channels, upcoming });
        if before == Some(active.revision.as_str()) {
            return;
        }
        let set = |sha256: &str, value: f64| {
            let revision = sha256.get(..12).unwrap_or(sha256).to_owned();
            gauge!("eclusa_adapter_active", "adapter" => record.name.clone(), "revision" => revision)
                .set(value);
        };
        if let Some(before) = before {
            set(before, 0.0);
            counter!("eclusa_adapter_swaps_total", "adapter" => record.name.clone()).increment(1);
        }
        set(&active.revision, 1.0);
    }

    /// The trial that the record tells of; the one that goes on, where it is that.
    fn trial(&self, state: &State) -> Option<Arc<Trial>> {
        let record = &state.record;
        let active = &record.active.as_ref()?.revision;
        let (deployment, candidate, predecessor, until_ms, calls) =
            match (&record.canary, &record.trial) {
                (Some(it), _) => (&it.deployment, &it.candidate, active, it.until_ms, it.calls),
                (None, Some(it)) => (&it.deployment, active, &it.predecessor, it.until_ms, None),
                (None, None) => return None,
            };
        if let Some(trial) = &state.trial
            && trial.deployment() == deployment
            && trial.candidate().sha256() == candidate
            && trial.predecessor().sha256() == predecessor
            && trial.until_ms() == until_ms
        {
            return Some(Arc::clone(trial));
        }
        Some(Arc::new(Trial::new(TrialStart {
            deployment: deployment.clone(),
            candidate: Arc::clone(state.loaded.get(candidate)?),
            predecessor: Arc::clone(state.loaded.get(predecessor)?),
            until_ms,
            calls,
            alarm: Arc::clone(&self.alarm),
        })))
    }
}
