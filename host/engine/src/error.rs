//! What can go wrong, always with the adapter and the revision at fault.

use std::fmt;
use std::ops::Deref;

use serde::Serialize;

use crate::{CallReport, Stage, StageName};

/// The engine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime refuses the configuration on this machine.
    #[error("the WebAssembly engine cannot start: {0}")]
    Start(String),
    /// The folder for compiled code cannot be used.
    #[error("the folder for compiled adapters, {folder}, cannot be used: {source}")]
    Cache {
        /// The folder.
        folder: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The thread that keeps the deadlines cannot be started.
    #[error("the thread that keeps the deadlines cannot be started: {0}")]
    Ticker(std::io::Error),
}

/// A file cannot serve as an adapter.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct LoadError(Box<LoadFailure>);

/// What a [`LoadError`] says.
#[derive(Debug, Clone, Serialize)]
pub struct LoadFailure {
    /// The adapter's name.
    pub adapter: String,
    /// SHA-256 of the file, in hexadecimal.
    pub revision: String,
    /// The stage that was not passed.
    pub stage: StageName,
    /// Stable, in snake case.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub action: String,
    /// More about it, a line each: failed samples, forbidden imports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// The call that failed, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<CallError>,
    /// All stages up to the failed one.
    pub stages: Vec<Stage>,
}

impl LoadError {
    pub(crate) fn new(failure: LoadFailure) -> Self {
        Self(Box::new(failure))
    }
}

impl Deref for LoadError {
    type Target = LoadFailure;

    fn deref(&self) -> &LoadFailure {
        &self.0
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "adapter `{}`: {} ({})", self.adapter, self.message, self.code)
    }
}

impl std::error::Error for LoadError {}

/// A call did not come back with an answer of the contract.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct CallError(Box<CallFailure>);

/// What a [`CallError`] says.
#[derive(Debug, Clone, Serialize)]
pub struct CallFailure {
    /// Stable, in snake case.
    pub code: &'static str,
    /// The adapter's name.
    pub adapter: String,
    /// SHA-256 of the adapter's file, in hexadecimal.
    pub revision: String,
    /// The exported function: `receive`, `send`, …
    pub call: &'static str,
    /// What went wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub action: &'static str,
    /// What the guest wrote to standard error, e.g. its panic message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panic: Option<String>,
    /// The guest's functions on the stack, innermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backtrace: Vec<String>,
    /// The same call may succeed later with nothing changed.
    pub retryable: bool,
    /// What the call used up.
    pub report: CallReport,
}

impl CallError {
    pub(crate) fn new(failure: CallFailure) -> Self {
        Self(Box::new(failure))
    }
}

impl Deref for CallError {
    type Target = CallFailure;

    fn deref(&self) -> &CallFailure {
        &self.0
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let revision = self.revision.get(..12).unwrap_or(&self.revision);
        write!(
            f,
            "adapter `{}` (revision {revision}), `{}`: {} ({})",
            self.adapter, self.call, self.message, self.code
        )?;
        match &self.panic {
            Some(panic) => write!(f, ": {}", panic.trim_end()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CallError {}
