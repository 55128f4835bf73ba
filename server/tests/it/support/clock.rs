//! Time that stands still until a test moves it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use coop_engine::Time;
use coop_locker::clock::Clock;
use tokio::sync::watch;

/// 2026-11-24T00:00:00Z, in microseconds.
const START: i64 = 1_795_478_400_000_000;

#[derive(Clone)]
pub struct ManualClock(Arc<watch::Sender<i64>>);

impl ManualClock {
    pub fn new() -> Self {
        Self(Arc::new(watch::channel(START).0))
    }

    pub fn micros(&self) -> i64 {
        *self.0.borrow()
    }

    pub fn advance_ms(&self, millis: i64) {
        self.0.send_modify(|now| *now += millis * 1_000);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time::from_micros(*self.0.borrow())
    }

    fn elapsed(&self) -> Duration {
        let micros = *self.0.borrow() - START;
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }

    async fn sleep_until(&self, deadline: Time) {
        // The sender is alive as long as this clock is.
        let _ = self
            .0
            .subscribe()
            .wait_for(|now| *now >= deadline.as_micros())
            .await;
    }
}
