//! Collects spans and hands them to the collector.

use std::time::Duration;

use eclusa_relay::trace::TARGET;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider,
};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::collector::Collector;
use crate::config::Traces;

/// How many spans wait for the collector; more are lost.
const QUEUE: usize = 8192;

/// How many go out in one request.
const BATCH: usize = 512;

/// How long they wait for others.
const DELAY: Duration = Duration::from_secs(1);

/// How long the last ones may take at the end.
const LAST: Duration = Duration::from_secs(5);

/// Collects spans and hands them to the collector.
#[derive(Debug)]
pub struct TraceExport {
    provider: SdkTracerProvider,
}

/// Traces cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum TraceExportError {
    /// The HTTP client cannot start.
    #[error("traces: the HTTP client cannot start: {0}")]
    Http(#[from] reqwest::Error),
    /// The exporter cannot be set up.
    #[error("traces: {0}; check `traces.endpoint`")]
    Exporter(#[from] ExporterBuildError),
}

impl TraceExport {
    /// Sets it up where the configuration names a collector; needs a Tokio
    /// runtime.
    ///
    /// # Errors
    /// When the endpoint or the machine's TLS cannot be used. That the collector
    /// is not there is none.
    pub fn start(config: &Traces) -> Result<Option<Self>, TraceExportError> {
        let Some(endpoint) = &config.endpoint else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(Handle::current())?)
            .with_endpoint(endpoint)
            .build()?;
        let batch = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(
                BatchSpanProcessor::builder(exporter).with_batch_config(batch).build(),
            )
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample))))
            .with_resource(Resource::builder().with_service_name("eclusa").build())
            .build();
        Ok(Some(Self { provider }))
    }

    /// What takes the spans, for the subscriber of the process.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + 'static + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("eclusa"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target() == TARGET))
    }

    /// Hands over what is left, for some seconds at most.
    pub async fn stop(self) {
        // It waits for a request that needs the runtime.
        let stopped =
            tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(LAST));
        if let Ok(Err(error)) = stopped.await {
            tracing::debug!(%error, "the last traces did not get out");
        }
    }
}
