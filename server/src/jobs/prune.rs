//! Forgets what nobody may use any more, a little at a time.

use std::sync::Arc;

use coop_engine::Time;

use crate::{domain::housekeeping, rate_limit::RateLimiter, state::Services};

/// Between two looks, in microseconds: a minute.
const PAUSE: i64 = 60 * 1_000_000;

pub(super) async fn run(services: Services, limiter: Arc<RateLimiter>) {
    loop {
        let next = Time::from_micros(services.clock.now().as_micros().saturating_add(PAUSE));
        services.clock.sleep_until(next).await;
        limiter.forget_idle();
        if let Err(error) = housekeeping::prune(
            &services.ledger,
            &services.settings.tiers,
            services.clock.now(),
        )
        .await
        {
            tracing::warn!(%error, "nothing was pruned; the next try is in a minute");
        }
    }
}
