//! How much a tenant may ask for: governor's GCRA, one partition `{tenantId}:{tier}:{read|write}`.

mod quota;

pub use quota::{Kind, RateLimiter, Standing};
