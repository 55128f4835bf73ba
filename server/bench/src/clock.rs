//! The one place that asks the time.

use std::time::{Instant, SystemTime};

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, it decides nothing by it"
)]
pub fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server's deadlines are times of day, and this machine's clock is the server's too"
)]
pub fn time_of_day() -> SystemTime {
    SystemTime::now()
}
