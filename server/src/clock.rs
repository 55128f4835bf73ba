//! The one place that knows what time it is.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use coop_engine::Time;

/// Time as a dependency, so that tests can turn it.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// Now, UTC.
    fn now(&self) -> Time;

    /// What has passed since some moment before everything else. It only goes forward, whoever sets the machine's clock:
    /// quotas are measured by it.
    fn elapsed(&self) -> Duration;

    /// Returns at `deadline` or a little later.
    async fn sleep_until(&self, deadline: Time);
}

/// A clock that every part of the process shares.
#[derive(Clone)]
pub struct SharedClock(Arc<dyn Clock>);

impl SharedClock {
    /// Shares `clock`.
    pub fn new(clock: impl Clock) -> Self {
        Self(Arc::new(clock))
    }

    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(SystemClock {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the clock that everybody else has to ask"
            )]
            started: Instant::now(),
        })
    }

    /// Now, UTC.
    #[must_use]
    pub fn now(&self) -> Time {
        self.0.now()
    }

    /// What has passed since some moment before everything else.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Returns at `deadline` or a little later.
    pub async fn sleep_until(&self, deadline: Time) {
        self.0.sleep_until(deadline).await;
    }
}

struct SystemClock {
    started: Instant,
}

/// A wall clock may be set while somebody sleeps, so nobody sleeps longer than this without looking again.
const LONGEST_NAP: Duration = Duration::from_secs(10);

#[async_trait]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everybody else has to ask"
    )]
    fn now(&self) -> Time {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Time::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    async fn sleep_until(&self, deadline: Time) {
        loop {
            let left = deadline.as_micros().saturating_sub(self.now().as_micros());
            let Ok(left) = u64::try_from(left) else {
                return;
            };
            if left == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_micros(left).min(LONGEST_NAP)).await;
        }
    }
}

/// `2026-11-24T03:39:15.123Z`: ISO 8601, UTC, milliseconds, as the API writes every time.
#[must_use]
pub fn iso(time: Time) -> String {
    let micros = u64::try_from(time.as_micros()).unwrap_or_default();
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(micros)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        assert_eq!(
            iso(Time::from_micros(1_795_491_555_123_456)),
            "2026-11-24T03:39:15.123Z"
        );
        assert_eq!(iso(Time::from_micros(0)), "1970-01-01T00:00:00.000Z");
    }
}
