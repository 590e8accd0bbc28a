//! Service sessions: `/v1/attendances`.

mod change;
mod filter;
mod list;
mod show;

pub(crate) use change::{Call, change};
pub(super) use change::{assign, close, queue, transfer};
pub(crate) use filter::Filter;
pub(super) use list::list;
pub(super) use show::{messages, show};
