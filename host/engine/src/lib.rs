//! Loads, checks, limits and calls adapter components; the only crate that knows
//! wasmtime.
//!
//! ```text
//! bytes ── Engine::load ──▶ Revision ── receive · send · settle · media ──▶ answer
//!            stages           │                                     or CallError
//!                             └─ a fresh instance for every call
//! ```
//!
//! Where is what:
//! - what is accepted: `contract`, `inspect`, `foreign`, `wasi`;
//! - the way of a file: `engine`, `load`, `compiler`, `compiled`, `program`;
//! - the way of a call: `revision`, `session`, `instance`, `state`, `fault`;
//! - types there and back: `bindings`, `call`, `convert`.

mod bindings;
mod call;
mod compiled;
mod compiler;
mod config;
mod context;
mod contract;
mod convert;
mod engine;
mod error;
mod fault;
mod foreign;
mod guest_times;
mod host;
mod inspect;
mod instance;
mod limits;
mod load;
mod metering;
mod pace;
mod places;
mod program;
mod refusal;
mod report;
mod revision;
mod runtime;
mod session;
mod stage;
mod state;
mod ticker;
mod wasi;

pub use context::{CallContext, Secrets};
pub use contract::VERSIONS as INTERFACE_VERSIONS;
pub use engine::{Engine, Loaded};
pub use error::{CallError, CallFailure, EngineError, LoadError, LoadFailure};
pub use guest_times::GuestTimes;
pub use limits::{EngineConfig, Limits};
pub use report::{CallReport, Called, LogLevel, LogLine};
pub use revision::Revision;
pub use session::Session;
pub use stage::{Stage, StageName};
