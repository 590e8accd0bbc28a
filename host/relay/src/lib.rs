//! Between the journal and the network: how messages and events get out
//! ([`Relay`]): lanes, retry, outgoing HTTP, secrets, signatures.

mod breaker;
mod channels;
mod chat;
mod delivery;
mod dispatcher;
mod event;
mod gate;
mod http;
mod keys;
mod observer;
mod platform;
mod retry;
pub mod secrets;
pub mod trace;
mod under_way;
mod waiting;

pub use breaker::BreakerPolicy;
pub use channels::Channels;
pub use dispatcher::{
    PausePolicy, Relay, RelayConfig, RelayHandle, RelayParts, RelayStopped, StartError,
};
pub use eclusa_journal::{Clock, SystemClock};
pub use event::{EventChannel, PlatformEvent};
pub use http::{
    Guard, HttpClient, HttpConfig, HttpError, HttpErrorKind, HttpStartError, InvalidHeader,
    InvalidNetwork, Network, OutgoingRequest, Refusal, Resolver, Response, SystemResolver,
    check_header, header_pairs,
};
pub use observer::{Handed, Observer, Unobserved};
pub use platform::{InvalidPlatform, Platform};
pub use retry::{RetryPolicy, STANDARD_PAUSES, retry_after};
pub use under_way::{Over, UnderWay};
pub use waiting::{WaitingLane, WaitingPage, WaitingReason};
