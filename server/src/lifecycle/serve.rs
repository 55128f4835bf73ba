//! `coop-locker serve`.

use std::{sync::Arc, time::Duration};

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use super::{StartError, accept::accept, open, signals::Signals};
use crate::{
    clock::SharedClock,
    config::{Settings, warnings},
    jobs,
    rate_limit::RateLimiter,
    router::Doors,
    store::Purpose,
    telemetry::metrics_router,
};

/// How long requests under way may take to finish after SIGTERM. The whole stop takes at most ten seconds.
const LONGEST_FINISH: Duration = Duration::from_secs(8);

/// Serves until a signal, or until the store fails.
///
/// # Errors
/// When something needed cannot be had at the start, or the store fails later.
pub async fn serve(settings: Settings, metrics: PrometheusHandle) -> Result<(), StartError> {
    let mut signals = Signals::listen()?;
    for warning in warnings(&settings) {
        tracing::warn!("{warning}");
    }
    let listener = listen(settings.listen).await?;
    let metrics_listener = match settings.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let opening = open(settings, SharedClock::system(), Purpose::Serve).await?;
    let services = opening.services;
    let mut writer = opening.running.writer;
    let limiter = Arc::new(RateLimiter::new(&services.settings.tiers, &services.clock));
    let stop = services.stop.clone();
    jobs::start(&services, &limiter, &stop);

    let doors = Doors::new(&services, Arc::clone(&limiter));
    // Port 0 asks for any free one.
    let address = listener.local_addr().unwrap_or(services.settings.listen);
    let connections = TaskTracker::new();
    let most = services.settings.max_connections;
    let accepting = services.tasks.spawn(accept(
        listener,
        most,
        stop.clone(),
        connections,
        move |request| doors.clone().answer(request),
    ));
    if let Some(listener) = metrics_listener {
        let router = metrics_router(metrics);
        services.tasks.spawn(accept(
            listener,
            64,
            stop.clone(),
            TaskTracker::new(),
            move |request| tower::ServiceExt::oneshot(router.clone(), request),
        ));
    }
    tracing::info!(listen = %address, url = services.settings.base(), "serving");

    let failed = tokio::select! {
        () = signals.stop() => None,
        result = &mut writer => Some(result),
    };
    if let Some(result) = failed {
        return Err(StartError::Other(match result {
            Ok(Err(fatal)) => fatal.to_string(),
            Ok(Ok(())) => "the ledger ended by itself".to_owned(),
            Err(error) => format!("the ledger ended: {error}"),
        }));
    }
    tracing::info!("stopping: finishing the requests under way");
    stop.cancel();
    services.ledger.end_waits();
    let finish = async {
        let _ = tokio::time::timeout(LONGEST_FINISH, accepting).await;
        jobs::record_what_was_counted(&services).await;
        services.ledger.close();
        writer.await
    };
    let written = tokio::select! {
        written = finish => written,
        () = signals.stop() => return Err(StartError::Other("stopped by a second signal".to_owned())),
    };
    match written {
        Ok(Ok(())) => {
            tracing::info!("stopped");
            Ok(())
        }
        Ok(Err(fatal)) => Err(StartError::Other(fatal.to_string())),
        Err(error) => Err(StartError::Other(error.to_string())),
    }
}

async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|e| StartError::Listen(address, e))
}
