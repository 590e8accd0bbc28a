//! Loads, checks, limits and calls adapter components; the only crate that knows
//! wasmtime.

mod context;
mod engine;
mod error;
mod limits;
mod report;
mod revision;
mod session;
mod stage;

pub use context::{CallContext, Secrets};
pub use engine::{Engine, Loaded};
pub use error::{CallError, CallFailure, EngineError, LoadError, LoadFailure};
pub use limits::{EngineConfig, Limits};
pub use report::{CallReport, Called, LogLevel, LogLine};
pub use revision::Revision;
pub use session::Session;
pub use stage::{Stage, StageName};
