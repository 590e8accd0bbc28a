//! The adapters that this server has loaded.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use eclusa_engine::{Engine, LoadError, Revision};

/// One adapter of the folder.
#[derive(Debug, Clone)]
pub(crate) enum Adapter {
    /// It serves.
    Active(Arc<Revision>),
    /// Its file cannot serve.
    Rejected(Arc<LoadError>),
}

/// The adapters by name.
#[derive(Debug, Default)]
pub(crate) struct Adapters {
    by_name: ArcSwap<BTreeMap<String, Adapter>>,
}

impl Adapters {
    /// Loads all `.wasm` files of a folder. A file that cannot serve is listed
    /// with its reason, and hurts no other. Blocking.
    pub(crate) fn load(engine: &Engine, folder: &Path) -> std::io::Result<Self> {
        let mut by_name = BTreeMap::new();
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str());
            let is_component = path.extension().is_some_and(|ending| ending == "wasm");
            let Some(name) = name.filter(|_| is_component) else { continue };
            let adapter = match engine.load(name, &std::fs::read(&path)?) {
                Ok(loaded) => {
                    tracing::info!(
                        adapter = name,
                        revision = loaded.revision.sha256(),
                        "adapter loaded"
                    );
                    Adapter::Active(loaded.revision)
                }
                Err(error) => {
                    tracing::error!(adapter = name, code = error.code, "{error}. {}", error.action);
                    Adapter::Rejected(Arc::new(error))
                }
            };
            by_name.insert(name.to_owned(), adapter);
        }
        Ok(Self { by_name: ArcSwap::from_pointee(by_name) })
    }

    /// The revision that serves under a name.
    pub(crate) fn active(&self, name: &str) -> Option<Arc<Revision>> {
        match self.by_name.load().get(name)? {
            Adapter::Active(revision) => Some(Arc::clone(revision)),
            Adapter::Rejected(_) => None,
        }
    }

    /// The names of those that serve.
    pub(crate) fn active_names(&self) -> Vec<String> {
        self.by_name
            .load()
            .iter()
            .filter(|(_, adapter)| matches!(adapter, Adapter::Active(_)))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// All of them.
    pub(crate) fn all(&self) -> Arc<BTreeMap<String, Adapter>> {
        self.by_name.load_full()
    }
}
