//! Flows: their documents, and running them in the commit of what they react to.

mod cache;
mod due;
mod interface;
mod run;
mod session;
mod store;

/// Said where something of a flow is damaged.
const WHAT_TO_DO: &str = "Make a backup of what is whole, or stop the server and run \
                          `eclusa check`; docs/operation.md says what then";

pub(super) use cache::FlowCache;
pub(super) use run::{Wire, begin, react};
pub(super) use store::exists;
