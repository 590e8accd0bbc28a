//! A collector of traces.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::server::FakeServer;
use super::{Reply, Request};

/// A collector of traces: OTLP over HTTP in protobuf.
#[derive(Debug, Clone)]
pub struct FakeCollector {
    server: FakeServer,
}

/// A span as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedSpan {
    /// Its name.
    pub name: String,
    /// In hexadecimal.
    pub trace: String,
    /// In hexadecimal.
    pub id: String,
    /// In hexadecimal; empty for the first of a trace.
    pub parent: String,
    /// All of it as text, to search in.
    pub text: String,
}

impl Default for FakeCollector {
    fn default() -> Self {
        Self::start()
    }
}

impl FakeCollector {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self { server: FakeServer::start(|_, _| Reply { status: 200, ..Reply::default() }) }
    }

    /// Where traces are to go.
    pub fn url(&self) -> String {
        format!("{}/v1/traces", self.server.url())
    }

    /// All bytes that it was sent, with their headers.
    pub fn taken(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for request in self.server.requests() {
            all.extend_from_slice(format!("{:?}", request.headers).as_bytes());
            all.extend_from_slice(&request.bytes);
        }
        all
    }

    /// All spans, as soon as they are enough.
    pub async fn spans(&self, enough: impl Fn(&[TracedSpan]) -> bool) -> Vec<TracedSpan> {
        spans(&self.server.requests_when(|requests| enough(&spans(requests))).await)
    }
}

fn spans(requests: &[Request]) -> Vec<TracedSpan> {
    let read = |request: &Request| {
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        ExportTraceServiceRequest::decode(request.bytes.clone()).expect("protobuf")
    };
    requests
        .iter()
        .flat_map(|request| read(request).resource_spans)
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .map(|span: Span| TracedSpan {
            text: format!("{span:?}"),
            name: span.name,
            trace: hex::encode(span.trace_id),
            id: hex::encode(span.span_id),
            parent: hex::encode(span.parent_span_id),
        })
        .collect()
}
