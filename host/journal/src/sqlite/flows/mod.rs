//! Flows: their documents, and running them in the commit of what they react to.

mod cache;
mod due;
mod interface;
mod run;
mod session;
mod store;

pub(super) use cache::FlowCache;
pub(super) use run::{Wire, begin, react};
pub(super) use store::exists;
