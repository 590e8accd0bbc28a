//! Loads adapters.

use std::sync::Arc;

use crate::{EngineConfig, EngineError, LoadError, Revision, Stage};

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The adapter, ready to be called.
    pub revision: Arc<Revision>,
    /// All stages, in order.
    pub stages: Vec<Stage>,
}

/// Loads, checks and calls adapters. Cheap to clone; all clones share one pool.
#[derive(Debug, Clone)]
pub struct Engine {}

impl Engine {
    /// Sets the engine up and starts the thread that keeps the deadlines.
    ///
    /// # Errors
    /// When this machine cannot run it, or the cache folder cannot be used.
    pub fn new(_config: EngineConfig) -> Result<Self, EngineError> {
        Err(EngineError::Start("not built yet".to_owned()))
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
        _name: &str,
        _bytes: &[u8],
        _progress: &mut dyn FnMut(&Stage),
    ) -> Result<Loaded, LoadError> {
        loop {
            std::thread::park();
        }
    }
}
