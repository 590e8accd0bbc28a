//! What all parts of a deployer share, and how a change is made: recorded first,
//! then followed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};

use eclusa_engine::{Engine, Revision};
use eclusa_journal::registry::{
    AdapterRecord, AuditAction, AuditEntry, AuditSubject, Deployment, DeploymentReason,
    DeploymentState, SubjectKind,
};
use eclusa_journal::{Clock, Journal, Registry, RegistryChange, Traffic, rfc3339};
use fail::fail_point;
use metrics::counter;
use parking_lot::Mutex;
use tokio::sync::Notify;
use ulid::{Generator, Ulid};

use super::{Channels, DeployOptions, DeployParts};
use crate::DeployError;
use crate::live::{Routes, Trial};

/// Who acts where nobody asked for it.
pub(super) const ITSELF: &str = "eclusa";

/// What all parts of a deployer share.
pub(super) struct Core {
    pub(super) engine: Engine,
    pub(super) registry: Arc<dyn Registry>,
    pub(super) traffic: Arc<dyn Traffic>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) channels: Arc<dyn Channels>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) options: DeployOptions,
    pub(super) routes: Arc<Routes>,
    /// Woken when a candidate was worse than its predecessor.
    pub(super) alarm: Arc<Notify>,
    /// Deployments whose checks run, as far as they are.
    pub(super) checking: Mutex<HashMap<String, Deployment>>,
    /// Held while files of components are written or removed, and holds which
    /// adapters keep which component: two may keep the same.
    pub(super) files: tokio::sync::Mutex<HashMap<String, BTreeSet<String>>>,
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
    ids: Mutex<Generator>,
}

/// One adapter.
pub(super) struct Slot {
    pub(super) name: String,
    /// Held while a candidate is checked: one after another.
    pub(super) checks: tokio::sync::Mutex<()>,
    /// The number of the newest candidate; older ones need not be checked.
    pub(super) newest: AtomicU64,
    /// Held while something is decided and recorded, never while code is compiled
    /// or run: a rollback waits for no check.
    pub(super) state: tokio::sync::Mutex<State>,
}

/// How one adapter stands.
#[derive(Default)]
pub(super) struct State {
    pub(super) record: AdapterRecord,
    /// Revisions in memory by SHA-256; all that are kept, once the start is over.
    pub(super) loaded: HashMap<String, Arc<Revision>>,
    /// The trial or canary that goes on.
    pub(super) trial: Option<Arc<Trial>>,
    /// Revisions that are not kept any more and may still have calls.
    pub(super) draining: Vec<Weak<Revision>>,
    /// The newest deployment.
    pub(super) latest: Option<Deployment>,
}

/// A change that is being put together.
pub(super) struct Step {
    pub(super) record: AdapterRecord,
    pub(super) deployments: Vec<Deployment>,
    pub(super) audit: Vec<AuditEntry>,
}

impl Step {
    pub(super) fn of(state: &State) -> Self {
        Self { record: state.record.clone(), deployments: Vec::new(), audit: Vec::new() }
    }
}

impl Core {
    pub(super) fn new(parts: DeployParts) -> Self {
        let DeployParts { engine, registry, traffic, journal, channels, clock, mut options } =
            parts;
        options.keep = options.keep.max(2);
        Self {
            engine,
            registry,
            traffic,
            journal,
            channels,
            clock,
            options,
            routes: Arc::default(),
            alarm: Arc::default(),
            checking: Mutex::default(),
            files: tokio::sync::Mutex::default(),
            slots: Mutex::default(),
            ids: Mutex::default(),
        }
    }

    pub(super) fn now(&self) -> String {
        rfc3339(self.clock.now_ms())
    }

    /// An id greater than all before it: lists are in the order of ids.
    pub(super) fn id(&self) -> String {
        // It fails where 2^80 are made in one millisecond.
        self.ids.lock().generate().unwrap_or_else(|_| Ulid::new()).to_string()
    }

    /// All adapters, by name.
    pub(super) fn slots(&self) -> Vec<Arc<Slot>> {
        self.slots.lock().values().cloned().collect()
    }

    /// An adapter that is there.
    pub(super) fn slot(&self, name: &str) -> Result<Arc<Slot>, DeployError> {
        let found = self.slots.lock().get(name).cloned();
        found.ok_or_else(|| DeployError::unknown("adapter", name))
    }

    /// An adapter, made where there is none.
    pub(super) fn slot_or_new(&self, name: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        let slot = slots.entry(name.to_owned()).or_insert_with(|| {
            let record = AdapterRecord { name: name.to_owned(), ..AdapterRecord::default() };
            Arc::new(Slot {
                name: name.to_owned(),
                checks: tokio::sync::Mutex::default(),
                newest: AtomicU64::default(),
                state: tokio::sync::Mutex::new(State { record, ..State::default() }),
            })
        });
        Arc::clone(slot)
    }

    /// An entry for the audit.
    pub(super) fn audit(
        &self,
        actor: &str,
        action: AuditAction,
        record: &AdapterRecord,
        detail: impl Into<String>,
    ) -> AuditEntry {
        AuditEntry {
            id: self.id(),
            at: self.now(),
            actor: actor.to_owned(),
            action,
            subject: AuditSubject::new(SubjectKind::Adapter, &record.name),
            revision: None,
            deployment: None,
            channel: None,
            detail: detail.into(),
        }
    }

    /// An entry about a deployment.
    pub(super) fn audit_of(
        &self,
        actor: &str,
        action: AuditAction,
        record: &AdapterRecord,
        deployment: &Deployment,
        detail: impl Into<String>,
    ) -> AuditEntry {
        AuditEntry {
            revision: Some(deployment.revision.clone()),
            deployment: Some(deployment.id.clone()),
            ..self.audit(actor, action, record, detail)
        }
    }

    /// A recorded deployment in a new state.
    pub(super) async fn moved(
        &self,
        id: &str,
        state: DeploymentState,
        reason: Option<DeploymentReason>,
    ) -> Result<Option<Deployment>, DeployError> {
        let Some(mut deployment) = self.registry.deployment(id.to_owned()).await? else {
            return Ok(None);
        };
        deployment.state = state;
        deployment.reason = reason;
        deployment.updated_at = self.now();
        Ok(Some(deployment))
    }

    /// Records a change, and lets the data path follow it.
    pub(super) async fn commit(
        &self,
        state: &mut State,
        mut step: Step,
    ) -> Result<(), DeployError> {
        self.prune(state, &mut step);
        step.record.revision += 1;
        let Step { record, deployments, audit } = step;
        fail_point!("deploy.before_record");
        self.registry
            .record(RegistryChange {
                adapter: Some(record.clone()),
                deployments: deployments.clone(),
                audit: audit.clone(),
            })
            .await?;
        fail_point!("deploy.recorded");
        for entry in &audit {
            tracing::info!(
                adapter = entry.subject.id,
                revision = entry.revision,
                deployment = entry.deployment,
                channel = entry.channel,
                actor = entry.actor,
                action = ?entry.action,
                "{}",
                entry.detail
            );
        }
        for deployment in deployments {
            if deployment.state.is_settled() {
                let state = serde_json::to_value(deployment.state).unwrap_or_default();
                let state = state.as_str().unwrap_or_default().to_owned();
                let adapter = deployment.adapter.clone();
                counter!("eclusa_deployments_total", "adapter" => adapter, "state" => state)
                    .increment(1);
            }
            if state.latest.as_ref().is_none_or(|latest| latest.id <= deployment.id) {
                state.latest = Some(deployment);
            }
        }
        let before = std::mem::replace(&mut state.record, record);
        let served = before.active.as_ref().map(|served| served.revision.as_str());
        self.publish(state, served);
        self.let_go(state);
        if state.record.kept != before.kept {
            self.drop_files(&state.record.name, &state.record.kept).await;
        }
        Ok(())
    }

    /// A kept revision, loaded where it is not in memory.
    pub(super) async fn revision(
        &self,
        state: &mut State,
        sha256: &str,
    ) -> Result<Arc<Revision>, DeployError> {
        if let Some(revision) = state.loaded.get(sha256) {
            return Ok(Arc::clone(revision));
        }
        let revision = self.load_kept(&state.record.name, sha256).await?;
        state.loaded.insert(sha256.to_owned(), Arc::clone(&revision));
        Ok(revision)
    }

    /// Loads a revision from the registry.
    pub(super) async fn load_kept(
        &self,
        adapter: &str,
        sha256: &str,
    ) -> Result<Arc<Revision>, DeployError> {
        let bytes = self
            .registry
            .component(sha256.to_owned())
            .await?
            .ok_or_else(|| DeployError::unknown("revision", sha256))?;
        let (engine, adapter) = (self.engine.clone(), adapter.to_owned());
        let loaded = tokio::task::spawn_blocking(move || engine.load(&adapter, &bytes));
        Ok(loaded.await.map_err(|_| DeployError::Stopping)??.revision)
    }
}
