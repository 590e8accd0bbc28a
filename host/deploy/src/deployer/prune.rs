//! Which revisions stay ready, and letting go of the others.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

use eclusa_journal::registry::{AdapterRecord, AuditAction, KeptRevision};

use super::core::{Core, ITSELF, State, Step};

/// So many steps back are remembered; each is recorded again with every change.
const HISTORY: usize = 50;

/// The revisions that something depends on.
fn needed(record: &AdapterRecord) -> BTreeSet<&str> {
    let served = [&record.active, &record.waiting].into_iter().flatten().map(|it| &it.revision);
    served
        .chain(record.history.last().map(|served| &served.revision))
        .chain(record.trial.iter().map(|trial| &trial.predecessor))
        .chain(record.canary.iter().map(|canary| &canary.candidate))
        .chain(record.pins.values())
        .chain(record.holds.values().map(|hold| &hold.revision))
        .map(String::as_str)
        .collect()
}

impl Core {
    /// Keeps the newest revisions and those that something depends on.
    pub(super) fn prune(&self, state: &State, step: &mut Step) {
        let needed: BTreeSet<String> =
            needed(&step.record).into_iter().map(str::to_owned).collect();
        let mut count = 0;
        step.record.kept.retain(|kept| {
            count += 1;
            count <= self.options.keep || needed.contains(&kept.sha256)
        });
        let kept: BTreeSet<String> =
            step.record.kept.iter().map(|kept| kept.sha256.clone()).collect();
        let history = &mut step.record.history;
        history.retain(|served| kept.contains(&served.revision));
        history.drain(..history.len().saturating_sub(HISTORY));
        let gone = state.record.kept.iter().filter(|before| !kept.contains(&before.sha256));
        let detail = format!("{} newer revisions are kept", self.options.keep);
        let entries: Vec<_> = gone
            .map(|gone| {
                let mut entry =
                    self.audit(ITSELF, AuditAction::Forgotten, &step.record, detail.clone());
                entry.revision = Some(gone.sha256.clone());
                entry
            })
            .collect();
        step.audit.extend(entries);
    }

    /// Drops revisions that are not kept any more. Their code is freed with the
    /// last call under way.
    pub(super) fn let_go(&self, state: &mut State) {
        let State { record, loaded, draining, .. } = state;
        let is_kept = |sha256: &str| record.kept.iter().any(|kept| kept.sha256 == sha256);
        draining.retain(|revision| revision.strong_count() > 0);
        loaded.retain(|sha256, revision| {
            let kept = is_kept(sha256);
            if !kept {
                let revision: Weak<_> = Arc::downgrade(revision);
                draining.push(revision);
            }
            kept
        });
    }

    /// Keeps a component's bytes for an adapter.
    pub(super) async fn keep_file(
        &self,
        adapter: &str,
        sha256: &str,
        bytes: &Arc<Vec<u8>>,
    ) -> Result<(), crate::DeployError> {
        let mut files = self.files.lock().await;
        self.registry.put_component(sha256.to_owned(), Vec::clone(bytes)).await?;
        files.entry(sha256.to_owned()).or_default().insert(adapter.to_owned());
        Ok(())
    }

    /// Removes the files of components that no adapter keeps any more.
    pub(super) async fn drop_files(&self, adapter: &str, kept: &[KeptRevision]) {
        let mut files = self.files.lock().await;
        let mut unused = Vec::new();
        files.retain(|sha256, adapters| {
            if !kept.iter().any(|kept| kept.sha256 == *sha256) {
                adapters.remove(adapter);
            }
            if adapters.is_empty() {
                unused.push(sha256.clone());
            }
            !adapters.is_empty()
        });
        for sha256 in unused {
            if let Err(error) = self.registry.remove_component(sha256.clone()).await {
                tracing::warn!(%error, revision = sha256, "a component cannot be removed");
            }
            self.forget_code(sha256).await;
        }
    }

    /// Removes the compiled code of a component that no adapter keeps.
    pub(super) async fn forget_unkept(&self, sha256: &str) {
        let files = self.files.lock().await;
        if !files.contains_key(sha256) {
            self.forget_code(sha256.to_owned()).await;
        }
    }

    async fn forget_code(&self, sha256: String) {
        let engine = self.engine.clone();
        let forgotten = tokio::task::spawn_blocking(move || engine.forget(&sha256));
        // It panics at most; the files are of no harm.
        let _ = forgotten.await;
    }
}
