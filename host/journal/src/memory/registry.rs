//! What is known of adapters, in memory.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use ulid::Ulid;

use super::{MemoryJournal, storage, wrong};
use crate::registry::{AdapterRecord, AuditAbout, AuditEntry, Deployment};
use crate::{JournalError, Page, Registry, RegistryChange, component};

/// All of it.
#[derive(Default)]
pub(super) struct RegistryState {
    components: HashMap<String, Vec<u8>>,
    adapters: BTreeMap<String, AdapterRecord>,
    deployments: BTreeMap<String, Deployment>,
    audit: BTreeMap<String, AuditEntry>,
}

impl RegistryState {
    /// Who did what, beside a change elsewhere.
    pub(super) fn note(&mut self, entry: AuditEntry) -> Result<(), JournalError> {
        self.record(RegistryChange { audit: vec![entry], ..RegistryChange::default() })
    }

    fn record(&mut self, change: RegistryChange) -> Result<(), JournalError> {
        if let Some(AdapterRecord { name, revision, .. }) = &change.adapter {
            let found = self.adapters.get(name).map_or(0, |adapter| adapter.revision);
            if found.checked_add(1) != Some(*revision) {
                let expected = revision.saturating_sub(1);
                return Err(JournalError::RevisionConflict { id: name.clone(), expected, found });
            }
        }
        if let Some(entry) = change.audit.iter().find(|it| self.audit.contains_key(&it.id)) {
            return Err(storage(format!("the audit entry {} is there already", entry.id)));
        }
        self.adapters.extend(change.adapter.map(|it| (it.name.clone(), it)));
        self.deployments.extend(change.deployments.into_iter().map(|it| (it.id.clone(), it)));
        self.audit.extend(change.audit.into_iter().map(|it| (it.id.clone(), it)));
        Ok(())
    }
}

impl RegistryState {
    /// Removes entries of the audit log from before a time; how many.
    pub(super) fn prune(&mut self, before_ms: i64) -> u64 {
        let count = self.audit.len();
        let first = Ulid::from_parts(before_ms.max(0).unsigned_abs(), 0).to_string();
        self.audit = self.audit.split_off(&first);
        (count - self.audit.len()) as u64
    }
}

#[async_trait]
impl Registry for MemoryJournal {
    async fn put_component(&self, sha256: String, bytes: Vec<u8>) -> Result<(), JournalError> {
        component::check(&sha256, &bytes)?;
        self.registry.lock().components.insert(sha256, bytes);
        Ok(())
    }

    async fn component(&self, sha256: String) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.registry.lock().components.get(&sha256).cloned())
    }

    async fn remove_component(&self, sha256: String) -> Result<(), JournalError> {
        self.registry.lock().components.remove(&sha256);
        Ok(())
    }

    async fn adapters(&self) -> Result<Vec<AdapterRecord>, JournalError> {
        Ok(self.registry.lock().adapters.values().cloned().collect())
    }

    async fn record(&self, change: RegistryChange) -> Result<(), JournalError> {
        self.registry.lock().record(change)
    }

    async fn deployment(&self, id: String) -> Result<Option<Deployment>, JournalError> {
        Ok(self.registry.lock().deployments.get(&id).cloned())
    }

    async fn deployments(
        &self,
        adapter: Option<String>,
        page: Page,
    ) -> Result<Vec<Deployment>, JournalError> {
        let fits = |it: &Deployment| adapter.as_ref().is_none_or(|only| *only == it.adapter);
        newest(&self.registry.lock().deployments, fits, &page)
    }

    async fn audit(
        &self,
        about: Option<AuditAbout>,
        page: Page,
    ) -> Result<Vec<AuditEntry>, JournalError> {
        let fits = |it: &AuditEntry| about.as_ref().is_none_or(|about| it.is_about(about));
        newest(&self.registry.lock().audit, fits, &page)
    }
}

fn newest<T: Clone>(
    all: &BTreeMap<String, T>,
    fits: impl Fn(&T) -> bool,
    page: &Page,
) -> Result<Vec<T>, JournalError> {
    let before = match &page.before {
        None => "~".to_owned(),
        Some(cursor) => Ulid::from_string(cursor).map_err(|_| wrong(cursor))?.to_string(),
    };
    let found = all.range(..before).rev().map(|(_, it)| it);
    Ok(found.filter(|it| fits(it)).take(page.limit.clamp(1, 500) as usize).cloned().collect())
}
