//! Keeps what was counted. Both jobs sleep until something was, and then so long that much is kept at once.

use std::time::Duration;

use coop_engine::Time;

use crate::{domain::usage, state::Services};

/// How long operations that changed nothing may be forgotten by a crash; the others are kept by the commit itself.
const OPERATIONS_PAUSE: Duration = Duration::from_secs(1);
const KEYS_PAUSE: Duration = Duration::from_secs(5);

pub(super) async fn record_operations(services: Services) {
    loop {
        services
            .ledger
            .credentials()
            .operations_were_counted()
            .await;
        pause(&services, OPERATIONS_PAUSE).await;
        if let Err(error) = usage::record_operations(&services.ledger).await {
            tracing::warn!(%error, "the operations of the day were not kept; the next try is with the next one");
        }
    }
}

pub(super) async fn record_keys(services: Services) {
    loop {
        let credentials = services.ledger.credentials();
        // Of an exchanged token there is no key.
        tokio::select! {
            () = credentials.keys_were_used() => {}
            () = credentials.hours_were_counted() => {}
        }
        pause(&services, KEYS_PAUSE).await;
        if let Err(error) = usage::record_keys(&services.ledger).await {
            tracing::warn!(%error, "how keys were used was not kept; the next try is in a moment");
        }
    }
}

pub(super) async fn record_all(services: &Services) {
    let operations = usage::record_operations(&services.ledger).await;
    let keys = usage::record_keys(&services.ledger).await;
    if let Err(error) = operations.and(keys) {
        tracing::warn!(%error, "what was counted in the last seconds is not kept");
    }
}

async fn pause(services: &Services, pause: Duration) {
    let micros = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
    let end = services.clock.now().as_micros().saturating_add(micros);
    services.clock.sleep_until(Time::from_micros(end)).await;
}
