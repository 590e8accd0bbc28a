//! Traces (OpenTelemetry): which spans there are, and how they get out.

mod collector;
mod export;
mod request;

pub use export::{TraceExport, TraceExportError};
pub(crate) use request::trace_request;
