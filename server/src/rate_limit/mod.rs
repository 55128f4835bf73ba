//! How much a tenant may ask for: governor's GCRA, one partition `{tenantId}:{tier}:{read|write}`.

mod exchanges;
mod quota;

pub use exchanges::ExchangeLimiter;
pub use quota::{Kind, RateLimiter, Standing};
