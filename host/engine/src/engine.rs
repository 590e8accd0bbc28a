//! Loads adapters.

use std::sync::Arc;

use crate::load::Loading;
use crate::runtime::Runtime;
use crate::{EngineConfig, EngineError, Limits, LoadError, Revision, Stage};

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The adapter, ready to be called.
    pub revision: Arc<Revision>,
    /// All stages, in order.
    pub stages: Vec<Stage>,
}

/// Loads, checks and calls adapters. Cheap to clone; all clones share one pool.
///
/// An engine and its revisions stop their threads when the last of them is
/// dropped.
#[derive(Debug, Clone)]
pub struct Engine {
    runtime: Arc<Runtime>,
}

impl Engine {
    /// Sets the engine up and starts the thread that keeps the deadlines.
    ///
    /// # Errors
    /// When this machine cannot run it, or the cache folder cannot be used.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        Ok(Self { runtime: Arc::new(Runtime::new(config)?) })
    }

    /// The limits it works with.
    pub fn limits(&self) -> &Limits {
        &self.runtime.limits
    }

    /// Takes a file through all stages. Blocking, up to many seconds for large
    /// adapters: call it on a thread that may block.
    ///
    /// # Errors
    /// The stage that was not passed, why, and what to do.
    pub fn load(&self, name: &str, bytes: &[u8]) -> Result<Loaded, LoadError> {
        self.load_with(name, bytes, &mut |_| {})
    }

    /// As [`Engine::load`], and reports each stage as soon as it is over.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn load_with(
        &self,
        name: &str,
        bytes: &[u8],
        progress: &mut dyn FnMut(&Stage),
    ) -> Result<Loaded, LoadError> {
        Loading::new(&self.runtime, name, bytes, progress).run()
    }

    /// Removes what is kept on the disk of a component's compiled code. Revisions
    /// that are loaded go on. Touches the disk: call it on a thread that may block.
    pub fn forget(&self, sha256: &str) {
        if let Some(cache) = &self.runtime.cache {
            cache.forget(sha256);
        }
    }
}
