//! The production engine for one command, without a server.

use std::fs::DirBuilder;
use std::future::Future;
use std::path::{Path, PathBuf};

use anyhow::Context;
use eclusa_engine::{Engine, EngineConfig, EngineError, Limits, LoadError, Loaded, Stage};
use tokio::runtime::Runtime;

use super::component;
use crate::cli::failure::Failure;
use crate::cli::output::Style;

/// The production engine with the production limits, and a runtime to call
/// adapters on.
pub(super) struct Workbench {
    engine: Engine,
    limits: Limits,
    runtime: Runtime,
}

impl Workbench {
    /// Sets the engine up. Compiled adapters are kept in the user's cache folder,
    /// so that mapping many files one after another is quick.
    pub(super) fn new() -> anyhow::Result<Self> {
        let limits = Limits::default();
        let config =
            |cache_dir: Option<PathBuf>| EngineConfig { limits: limits.clone(), cache_dir };
        let engine = match Engine::new(config(cache_dir())) {
            Err(error @ EngineError::Cache { .. }) => {
                // Only slower without.
                let style = Style::stderr();
                eprintln!("{} {error}; compiling anew each time", style.bold("warning:"));
                Engine::new(config(None))
            }
            result => result,
        }
        .map_err(|error| {
            Failure::new(
                "engine",
                error.to_string(),
                "Check that the process may reserve address space (`ulimit -v`).",
            )
        })?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the runtime cannot start")?;
        Ok(Self { engine, limits, runtime })
    }

    /// Takes a file through all stages, and reports each as it ends.
    ///
    /// # Errors
    /// The outer one when the file cannot be read, the inner one when it cannot
    /// serve.
    pub(super) fn load(
        &self,
        file: &Path,
        progress: &mut dyn FnMut(&Stage),
    ) -> Result<Result<Loaded, LoadError>, Failure> {
        let bytes = component::read(file, self.limits.component_bytes)?;
        Ok(self.engine.load_with(&component::name(file), &bytes, progress))
    }

    /// Waits for a call.
    pub(super) fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }
}

/// `eclusa` in the user's cache folder, made for this user alone.
fn cache_dir() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute())
    };
    let caches =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    let dir = caches.join("eclusa");
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    // What goes wrong here, the engine reports when it uses the folder.
    let _ = builder.create(&dir);
    Some(dir)
}
