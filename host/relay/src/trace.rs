//! Traces over the borders of the process: in by `traceparent`, through the
//! journal, and out by `traceparent` (W3C Trace Context).
//!
//! All of it does nothing, and costs next to nothing, where no subscriber takes
//! spans of [`TARGET`].

use std::collections::HashMap;

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of all spans that belong to traces; they are of level TRACE, so
/// that no log has them by chance.
pub const TARGET: &str = "eclusa::trace";

/// The header, and what is kept with a delivery.
pub const TRACEPARENT: &str = "traceparent";

/// Makes a span part of the trace that headers name; without one, or with one
/// that is wrong, it begins a trace.
pub fn follow(span: &Span, headers: &dyn Extractor) {
    if span.is_disabled() {
        return;
    }
    let parent = TraceContextPropagator::new().extract(headers);
    if parent.span().span_context().is_valid() {
        // It fails where nobody takes spans.
        let _ = span.set_parent(parent);
    }
}

/// The same for a `traceparent` that was kept.
pub fn follow_kept(span: &Span, traceparent: String) {
    follow(span, &HashMap::from([(TRACEPARENT.to_owned(), traceparent)]));
}

/// The `traceparent` that makes what follows a part of the current span's trace,
/// also where that is not kept: what follows is not kept then either. `None`
/// where there is no trace.
pub fn traceparent() -> Option<String> {
    let context = current()?;
    let kept = u8::from(context.is_sampled());
    Some(format!("00-{}-{}-{kept:02x}", context.trace_id(), context.span_id()))
}

/// The id of the current span's trace: 32 hexadecimal digits.
pub fn trace_id() -> Option<String> {
    current().map(|context| context.trace_id().to_string())
}

fn current() -> Option<SpanContext> {
    let span = Span::current();
    if span.is_disabled() {
        return None;
    }
    let context = span.context().span().span_context().clone();
    context.is_valid().then_some(context)
}
