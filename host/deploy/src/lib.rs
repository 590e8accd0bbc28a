//! Revisions of adapters: how a file comes, what is held against it, how it goes
//! live, and how it is taken back.
//!
//! ```text
//! folder ─┐                 ┌ engine: format … samples
//!         ├─▶ Deployer ─ checks ─┤ requirements: what channels lack
//!    API ─┘       │         └ shadow: recorded traffic in both
//!                 ▼
//!            Registry (recorded first) ──▶ Routes ◀── data path
//!                 ▲                          │
//!                 └── supervise ◀── Trial ◀──┘ failures, times
//! ```
//!
//! Where is what:
//! - [`live`]: which revision answers a call; takes no lock of a deployment's;
//! - [`Deployer`]: commands, decisions, what is recorded;
//! - [`shadow`]: recorded traffic in two revisions, and the difference;
//! - [`watch`]: the folder;
//! - [`requirements`]: what a channel must have for a revision.

mod deployer;
mod error;
pub mod live;
pub mod requirements;
pub mod shadow;
mod verified;
pub mod watch;

pub use deployer::{
    AdapterView, Channels, DeployOptions, DeployParts, Deployer, FolderParts, Remapped, Replay,
    Replayed, RevisionFigures, RevisionView, Submission, TrialView, Trust,
};
pub use error::DeployError;
pub use verified::{VERIFIED_OTHERWISE, verified_by};
