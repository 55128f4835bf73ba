//! What happens without anybody asking. Each job sleeps until there is something to do.

mod expire;
mod prune;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{rate_limit::RateLimiter, state::Services};

/// Starts all jobs; they end with `stop`.
pub fn start(services: &Services, limiter: &Arc<RateLimiter>, stop: &CancellationToken) {
    let expire = expire::run(services.clone());
    let prune = prune::run(services.clone(), Arc::clone(limiter));
    services
        .tasks
        .spawn(stop.clone().run_until_cancelled_owned(expire));
    services
        .tasks
        .spawn(stop.clone().run_until_cancelled_owned(prune));
}
