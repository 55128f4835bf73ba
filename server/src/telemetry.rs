//! Log lines and metrics.

use std::io::IsTerminal as _;

use axum::{Router, routing::get};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::config::{LogFormat, Settings};

/// Telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TelemetryError(String);

/// Writes log lines to standard error from now on, and counts.
///
/// # Errors
/// When the filter cannot be used, or telemetry is set up already.
pub fn init(settings: &Settings) -> Result<PrometheusHandle, TelemetryError> {
    let filter = EnvFilter::try_new(&settings.log_filter)
        .map_err(|e| TelemetryError(format!("log_filter {:?}: {e}", settings.log_filter)))?;
    let is_text = match settings.log_format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let registry = tracing_subscriber::registry().with(filter);
    let fail = |e: &dyn std::fmt::Display| TelemetryError(e.to_string());
    if is_text {
        registry
            .with(
                fmt::layer()
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_writer(std::io::stderr),
            )
            .try_init()
            .map_err(|e| fail(&e))?;
    } else {
        registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init()
            .map_err(|e| fail(&e))?;
    }
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|e| fail(&e))?;
    describe();
    Ok(handle)
}

fn describe() {
    metrics::describe_counter!(
        "coop_ledger_commits_total",
        "Durable commits of the ledger."
    );
    metrics::describe_counter!(
        "coop_ledger_commands_total",
        "Commands that rode in those commits."
    );
    metrics::describe_counter!(
        "coop_ledger_windows_total",
        "Transactions that brought those commits into the tables."
    );
    metrics::describe_gauge!("coop_connections", "Open connections.");
    metrics::describe_gauge!("coop_event_streams", "Open event streams of the API.");
}

/// What the metrics listener answers.
pub fn metrics_router(handle: PrometheusHandle) -> Router {
    let text = [(http::header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Router::new().route("/metrics", get(async move || (text, handle.render())))
}
