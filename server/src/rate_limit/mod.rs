//! How much may be asked for: governor's GCRA, for tenants in one partition `{tenantId}:{tier}:{read|write}` each, for
//! nobody in particular by address.

mod by_address;
mod exchanges;
mod limiter;
mod quota;
mod standing;

pub use by_address::ByAddress;
pub use exchanges::ExchangeLimiter;
pub use quota::{Exceeded, RateLimiter};
pub use standing::{Kind, Standing};

use std::time::Duration;

/// A wait in the whole seconds of `Retry-After`: up, so that whoever comes then is let through.
#[must_use]
pub fn whole_seconds(wait: Duration) -> u64 {
    let rounded = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    // The moment may have passed since the decision.
    rounded.max(1)
}
