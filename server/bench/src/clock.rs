//! The one place that asks the time.

use std::time::Instant;

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, it decides nothing by it"
)]
pub fn now() -> Instant {
    Instant::now()
}
