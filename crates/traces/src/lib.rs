//! How long answers took and what they waited for, told to a collector of OpenTelemetry.
//!
//! The only crate that names opentelemetry. A trace is one answer, with the database's statements
//! in it. It has routes, never addresses; statements, never their values; and no line of the log.

use std::net::SocketAddr;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// Spans of this target are told.
pub const TARGET: &str = "volaris::traces";
/// What finds out who asks.
const SESSIONS: &str = "tower_sessions";
/// Where the database writes what it was asked.
const STATEMENTS: &str = "sqlx::query";
/// How long a collector may take.
const COLLECTOR_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the end of the server waits for what is not told yet.
const END_TIMEOUT: Duration = Duration::from_secs(3);

/// Why nothing can be told.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// No collector is there.
    #[error(
        "that is no address of a collector: expected http:// or https:// and a host, as \
         http://localhost:4318, without name and password (headers come from \
         OTEL_EXPORTER_OTLP_HEADERS)"
    )]
    Address,
    /// The exporter did not start.
    #[error("the exporter did not start")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// Where traces of a collector's base address go (OTLP 1.x over HTTP).
pub fn check_address(text: &str) -> Result<Url, TraceError> {
    let mut address: Url = text.parse().map_err(|_| TraceError::Address)?;
    let is_http = matches!(address.scheme(), "http" | "https") && address.has_host();
    let is_plain = address.username().is_empty()
        && address.password().is_none()
        && address.query().is_none()
        && address.fragment().is_none();
    if !is_http || !is_plain {
        return Err(TraceError::Address);
    }
    let path = format!("{}/v1/traces", address.path().trim_end_matches('/'));
    address.set_path(&path);
    Ok(address)
}

/// The way to a collector. What waits is told from a thread of its own; while the collector is away
/// the oldest is kept and the rest is lost, and nobody waits.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// The way to a collector. What waits is told from a thread of its own; while the collector is
    /// away the oldest is kept and the rest is lost, and nobody waits.
    /// asked yet.
    pub fn open(
        address: &str,
        node: SocketAddr,
        version: &'static str,
    ) -> Result<Self, TraceError> {
        let address = check_address(address)?;
        // Another part of the program may have named the same one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(address)
            .with_timeout(COLLECTOR_TIMEOUT)
            .build()
            .map_err(TraceError::Exporter)?;
        let resource = Resource::builder().with_service_name("volaris").with_attributes([
            KeyValue::new("service.version", version),
            KeyValue::new("service.instance.id", node.to_string()),
        ]);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_batch_exporter(exporter)
            .build();
        Ok(Self(provider))
    }

    /// What listens to the spans.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("volaris"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(filter_fn(is_told))
    }

    /// Tells what waits, and ends. Blocks for up to three seconds.
    pub fn close(&self) -> Result<(), opentelemetry_sdk::error::OTelSdkError> {
        self.0.shutdown_with_timeout(END_TIMEOUT)
    }
}

/// Lines of the log stay here: they may name accounts. Spans of the sessions are told because
/// statements are asked inside of them, on a thread that knows no other; they have no fields.
fn is_told(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    if metadata.is_span() {
        target == TARGET || target.starts_with(SESSIONS)
    } else {
        target == STATEMENTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_told_at_its_address_for_traces() {
        for (text, expected) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            ("https://a.example/otlp/", "https://a.example/otlp/v1/traces"),
        ] {
            assert_eq!(check_address(text).expect(text).as_str(), expected);
        }
        for text in [
            "",
            "localhost:4318",
            "grpc://localhost:4317",
            "https://ada:hush@a.example",
            "https://a.example/?key=hush",
        ] {
            let error = check_address(text).expect_err(text).to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
