//! Outgoing HTTP.

mod client;
mod error;
mod guard;
mod headers;
mod request;
mod status;

pub use client::{HttpClient, HttpConfig, HttpStartError, Response};
pub use error::{HttpError, HttpErrorKind};
pub use guard::{Guard, InvalidNetwork, Network, Refusal, Resolver, SystemResolver};
pub use headers::{InvalidHeader, check_header, header_pairs};
pub use request::OutgoingRequest;
pub(crate) use request::parse_url;
pub(crate) use status::Answer;
