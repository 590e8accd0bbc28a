//! How adapters stand, for those who look.

use std::collections::BTreeMap;
use std::sync::Arc;

use eclusa_engine::Revision;
use eclusa_journal::Page;
use eclusa_journal::registry::{
    AdapterRecord, AuditAbout, AuditEntry, Deployment, DeploymentState, ShadowReport,
};
use serde::Serialize;

use super::Deployer;
use super::activate::kept;
use super::core::{Core, Slot, State};
use crate::DeployError;

/// How an adapter stands.
#[derive(Debug, Clone)]
pub struct AdapterView {
    /// As it is recorded.
    pub record: AdapterRecord,
    /// The revision that serves.
    pub active: Option<Arc<Revision>>,
    /// Revisions in memory: those that are kept, newest first, then those that
    /// still have calls.
    pub revisions: Vec<RevisionView>,
    /// The trial or canary that goes on.
    pub trial: Option<TrialView>,
    /// The newest deployment.
    pub latest: Option<Deployment>,
}

/// A revision in memory or ready to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionView {
    /// SHA-256 of its file.
    pub revision: String,
    /// The version that its manifest states.
    pub version: Option<String>,
    /// The version of `eclusa:adapter` it was built against.
    pub interface: Option<String>,
    /// Size of its file in bytes.
    pub bytes: Option<u64>,
    /// When it passed its checks, RFC 3339.
    pub added_at: Option<String>,
    /// What it does: `active`, `canary`, `predecessor`, `waiting`, `pinned`,
    /// `held`, `kept`, `draining`.
    pub role: &'static str,
    /// Calls that run or wait for their turn.
    pub in_flight: usize,
    /// What its calls in live traffic were like; `None` where it is not in memory.
    pub figures: Option<RevisionFigures>,
}

/// What the calls of a revision in live traffic were like, since it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionFigures {
    /// Calls that ran.
    pub calls: u64,
    /// Calls that trapped, passed a limit, or did not get their turn.
    pub failures: u64,
    /// Half of the calls took at most so long, in microseconds; `None` without calls.
    pub p50_us: Option<u64>,
    /// 95 of 100 took at most so long, in microseconds; `None` without calls.
    pub p95_us: Option<u64>,
    /// The largest memory of any call, in bytes.
    pub memory_bytes: usize,
}

impl RevisionFigures {
    fn of(revision: &Revision) -> Self {
        let times = revision.guest_times();
        let percentile = |percent| {
            let time = times.percentile(percent)?;
            u64::try_from(time.as_micros()).ok()
        };
        Self {
            calls: times.calls(),
            failures: revision.failures(),
            p50_us: percentile(50.0),
            p95_us: percentile(95.0),
            memory_bytes: revision.memory_high_bytes(),
        }
    }
}

/// How a trial or a canary stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialView {
    /// The deployment.
    pub deployment: String,
    /// Calls that the candidate has answered or failed since it, or the process,
    /// began.
    pub calls: u64,
    /// Those that only the candidate failed.
    pub worse: u64,
}

impl Deployer {
    /// All adapters, by name.
    pub async fn adapters(&self) -> Vec<AdapterView> {
        let mut views = Vec::new();
        for slot in self.core.slots() {
            views.push(view(&slot).await);
        }
        views
    }

    /// One adapter.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn adapter(&self, name: &str) -> Result<AdapterView, DeployError> {
        Ok(view(&*self.core.slot(name)?).await)
    }

    /// One deployment, as far as it is.
    ///
    /// # Errors
    /// When there is none with this id.
    pub async fn deployment(&self, id: &str) -> Result<Deployment, DeployError> {
        let checking = self.core.checking.lock().get(id).cloned();
        match checking {
            Some(deployment) => Ok(deployment),
            None => self
                .core
                .registry
                .deployment(id.to_owned())
                .await?
                .ok_or_else(|| DeployError::unknown("deployment", id)),
        }
    }

    /// Deployments, newest first.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn deployments(
        &self,
        adapter: Option<String>,
        page: Page,
    ) -> Result<Vec<Deployment>, DeployError> {
        Ok(self.core.registry.deployments(adapter, page).await?)
    }

    /// Who did what, newest first; `about`: only to this.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn audit(
        &self,
        about: Option<AuditAbout>,
        page: Page,
    ) -> Result<Vec<AuditEntry>, DeployError> {
        Ok(self.core.registry.audit(about, page).await?)
    }

    /// What the newest recorded traffic becomes in a revision and in the one that
    /// serves. It changes nothing. The revision is named by its first digits; where
    /// none is named, it is what waits, the canary, what was rejected last for its
    /// answers, or what served before. Of one that is not kept, the report is that
    /// of its last deployment.
    ///
    /// # Errors
    /// When there is no such adapter or revision, or nothing to compare with.
    pub async fn diff(
        &self,
        adapter: &str,
        revision: Option<&str>,
    ) -> Result<ShadowReport, DeployError> {
        let slot = self.core.slot(adapter)?;
        let revision = revision.map(str::to_owned);
        self.command(|core| async move {
            let (baseline, candidate, policy) = {
                let mut state = slot.state.lock().await;
                let asked = revision.map_or_else(|| candidate(&state), Ok)?;
                let sha256 = match kept(&state, &asked) {
                    Err(DeployError::Unknown { .. }) => {
                        drop(state);
                        return core.recorded_report(&slot.name, &asked).await;
                    }
                    kept => kept?,
                };
                let active = state.record.active.clone().ok_or_else(nothing_to_compare)?;
                let baseline = core.revision(&mut state, &active.revision).await?;
                let candidate = core.revision(&mut state, &sha256).await?;
                (baseline, candidate, state.record.policy.shadow.clone())
            };
            let channels = core.channels.on(&slot.name);
            core.shadow(&baseline, &candidate, &channels, &policy).await
        })
        .await
    }
}

impl Core {
    /// The report of the last deployment of a revision that is not kept.
    async fn recorded_report(
        &self,
        adapter: &str,
        prefix: &str,
    ) -> Result<ShadowReport, DeployError> {
        let page = Page { channel: None, before: None, limit: 100 };
        let deployments = self.registry.deployments(Some(adapter.to_owned()), page).await?;
        deployments
            .into_iter()
            .filter(|it| !prefix.is_empty() && it.revision.starts_with(prefix))
            .find_map(|it| it.shadow)
            .ok_or_else(|| DeployError::unknown("revision", prefix))
    }
}

/// The revision that a person most likely wants to see compared.
fn candidate(state: &State) -> Result<String, DeployError> {
    let State { record, latest, .. } = state;
    let waiting = record.waiting.as_ref().map(|it| it.revision.clone());
    let rejected = latest
        .as_ref()
        .filter(|it| it.state == DeploymentState::Rejected && it.shadow.is_some())
        .map(|it| it.revision.clone());
    waiting
        .or_else(|| record.canary.as_ref().map(|it| it.candidate.clone()))
        .or(rejected)
        .or_else(|| record.history.last().map(|it| it.revision.clone()))
        .ok_or_else(nothing_to_compare)
}

fn nothing_to_compare() -> DeployError {
    DeployError::state(
        "nothing_to_compare",
        "there are no two revisions of this adapter to compare",
        "Deploy another one, or name a kept revision.",
    )
}

async fn view(slot: &Slot) -> AdapterView {
    let state = slot.state.lock().await;
    let State { record, loaded, trial, draining, latest } = &*state;
    let roles = roles(record);
    let mut revisions: Vec<RevisionView> = record
        .kept
        .iter()
        .map(|kept| RevisionView {
            revision: kept.sha256.clone(),
            version: Some(kept.version.clone()),
            interface: Some(kept.interface.clone()),
            bytes: Some(kept.bytes),
            added_at: Some(kept.added_at.clone()),
            role: roles.get(kept.sha256.as_str()).copied().unwrap_or("kept"),
            in_flight: loaded.get(&kept.sha256).map_or(0, |revision| revision.in_flight()),
            figures: loaded.get(&kept.sha256).map(|revision| RevisionFigures::of(revision)),
        })
        .collect();
    revisions.extend(draining.iter().filter_map(|revision| {
        let revision = revision.upgrade()?;
        Some(RevisionView {
            revision: revision.sha256().to_owned(),
            version: Some(revision.manifest().version.clone()),
            interface: Some(revision.interface_version().to_owned()),
            bytes: None,
            added_at: None,
            role: "draining",
            in_flight: revision.in_flight(),
            figures: Some(RevisionFigures::of(&revision)),
        })
    }));
    let active = record.active.as_ref().and_then(|served| loaded.get(&served.revision));
    AdapterView {
        active: active.cloned(),
        trial: trial.as_ref().map(|trial| {
            let (calls, worse) = trial.counts();
            TrialView { deployment: trial.deployment().to_owned(), calls, worse }
        }),
        latest: latest.clone(),
        revisions,
        record: record.clone(),
    }
}

/// What each revision does; what serves most counts.
fn roles(record: &AdapterRecord) -> BTreeMap<&str, &'static str> {
    let mut roles = BTreeMap::new();
    let mut set = |sha256: Option<&'_ String>, role| {
        if let Some(sha256) = sha256 {
            roles.entry(sha256.clone()).or_insert(role);
        }
    };
    set(record.active.as_ref().map(|it| &it.revision), "active");
    set(record.canary.as_ref().map(|it| &it.candidate), "canary");
    set(record.trial.as_ref().map(|it| &it.predecessor), "predecessor");
    set(record.waiting.as_ref().map(|it| &it.revision), "waiting");
    record.pins.values().for_each(|it| set(Some(it), "pinned"));
    record.holds.values().for_each(|it| set(Some(&it.revision), "held"));
    record
        .kept
        .iter()
        .filter_map(|kept| Some((kept.sha256.as_str(), *roles.get(&kept.sha256)?)))
        .collect()
}
