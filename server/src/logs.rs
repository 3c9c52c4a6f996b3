//! Structured logs on standard error, for people on a terminal, JSON lines otherwise; and where
//! that is set and built in, traces for a collector.

use std::io::IsTerminal;

use anyhow::Context;
use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::configuration::Configuration;

/// What tells a collector, until it is closed.
pub(crate) struct Logs {
    #[cfg(feature = "traces")]
    traces: Option<traces::Traces>,
}

/// Starts logging what the configuration lets through.
pub(crate) fn start(configuration: &Configuration) -> anyhow::Result<Logs> {
    let told = &configuration.log;
    let filter = EnvFilter::try_new(told)
        .with_context(|| format!("`log` is `{told}`: expected a level, as info or debug"))?;
    // Without a hint of its own it would have every line below the level looked at.
    let filter = filter.and(filter_fn(is_harmless).with_max_level_hint(LevelFilter::TRACE));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if std::io::stderr().is_terminal() {
        lines.with_target(false).with_filter(filter).boxed()
    } else {
        lines.json().flatten_event(true).with_filter(filter).boxed()
    };
    #[cfg(not(feature = "traces"))]
    let (logs, layer) = (Logs {}, None::<tracing_subscriber::layer::Identity>);
    #[cfg(feature = "traces")]
    let (logs, layer) = {
        let open = |address: &String| {
            traces::Traces::open(address, configuration.listen, env!("CARGO_PKG_VERSION"))
                .context("the setting `traces`")
        };
        let traces = configuration.traces.as_ref().map(open).transpose()?;
        let layer = traces.as_ref().map(traces::Traces::layer);
        (Logs { traces }, layer)
    };
    let started = tracing_subscriber::registry().with(lines).with(layer).try_init();
    started.map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))?;
    Ok(logs)
}

/// Whether something may be written down at all: the code that speaks with NATS tells of its server
/// with the password, at `debug`.
fn is_harmless(metadata: &Metadata<'_>) -> bool {
    !metadata.target().starts_with("async_nats") || *metadata.level() <= tracing::Level::INFO
}

impl Logs {
    /// Tells what waits to be told.
    pub(crate) async fn close(self) {
        #[cfg(feature = "traces")]
        if let Some(traces) = self.traces {
            let closed = tokio::task::spawn_blocking(move || traces.close()).await;
            if let Ok(Err(error)) = closed {
                tracing::warn!("the last traces were not told: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_speaks_with_nats_does_not_tell_its_password() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let lines = fmt::layer().with_writer(Arc::new(file.reopen().expect("a file")));
        let filter = EnvFilter::new("trace").and(filter_fn(is_harmless));
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!(target: "async_nats::connector", "to nats://desk:hidden@localhost");
            tracing::info!(target: "async_nats::connector", "it is there");
            tracing::trace!("of our own");
        });
        let told = std::fs::read_to_string(file.path()).expect("lines");
        assert!(told.contains("it is there") && told.contains("of our own"), "{told}");
        assert!(!told.contains("hidden"), "{told}");
    }
}
