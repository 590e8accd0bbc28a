//! The documentation of a channel: what comes out of running the samples of its
//! deployed adapter with its own settings. Nothing of it is written by hand, so it
//! cannot be out of date.

mod code;
mod execute;
mod inbound_call;
mod kept;
mod openapi;
mod outbound_call;
mod schema;
mod worked;

pub(crate) use code::{Call, Piece, Text, javascript, python, shell};
pub(crate) use execute::{Answer, Executed, Inbound, Mapped, Outbound, Sent};
pub(crate) use inbound_call::{Address, inbound_call, variable};
pub(crate) use kept::Documentation;
pub(crate) use openapi::channel_openapi;
pub(crate) use outbound_call::outbound_call;
pub(crate) use schema::schema;
pub(crate) use worked::{Worked, worked};
