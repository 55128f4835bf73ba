//! What happens without anybody asking. Each job sleeps until there is something to do.

mod expire;
mod prune;
mod usage;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{rate_limit::RateLimiter, state::Services};

/// Starts all jobs; they end with `stop`.
pub fn start(services: &Services, limiter: &Arc<RateLimiter>, stop: &CancellationToken) {
    spawn(services, stop, expire::run(services.clone()));
    spawn(
        services,
        stop,
        prune::run(services.clone(), Arc::clone(limiter)),
    );
    spawn(services, stop, usage::record_operations(services.clone()));
    spawn(services, stop, usage::record_keys(services.clone()));
}

fn spawn(
    services: &Services,
    stop: &CancellationToken,
    job: impl Future<Output = ()> + Send + 'static,
) {
    services
        .tasks
        .spawn(stop.clone().run_until_cancelled_owned(job));
}

/// Keeps what was counted since the jobs last did, before the ledger closes.
pub async fn record_what_was_counted(services: &Services) {
    usage::record_all(services).await;
}
