//! Guards what comes in: connections, requests and bodies have limits in number,
//! size and time, and the server can be drained of them.

mod activity;
mod address;
mod admission;
mod body;
mod connection;
mod fairness;
mod form;
mod io;
mod leftover;
mod listener;
mod places;
mod refusal;
mod response;
mod taking;

pub(crate) use address::Caller;
pub(crate) use admission::{Admission, Door};
pub(crate) use body::{BODY_LATE, read_body};
pub(crate) use connection::Origin;
pub(crate) use form::{read_demo_call, read_form};
pub(crate) use leftover::{Leftovers, read_leftover};
pub(crate) use listener::Listener;
pub(crate) use refusal::Refusals;
