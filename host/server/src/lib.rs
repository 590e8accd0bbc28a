//! The server behind the `eclusa` binary: HTTP surface, configuration, start and
//! stop.

mod access_log;
mod api;
mod app;
mod auth;
mod channels;
mod config;
mod console;
mod deleted_channels;
mod demo;
mod documentation;
mod echo;
mod figures;
mod flows;
mod incoming;
mod ingress;
mod live;
mod operation;
mod picture;
mod problem;
mod recovery;
mod retention;
mod routes;
mod scrub;
mod serve;
mod start;
mod traces;

pub use config::{
    Breaker, Config, ConfigError, Console, Delivery, Deploy, Drain, Incoming, JournalKind, Limits,
    Outgoing, Pause, Platform, Retention, Secrets, Storage, Traces,
};
pub use picture::{Drawn, draw_logo};
pub use recovery::{reset_admin, rotate_keys};
pub use serve::serve;
pub use start::{Server, StartError};
pub use traces::{TraceExport, TraceExportError};
