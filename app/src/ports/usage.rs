use crate::{
    error::AppError,
    model::{Usage, UsageRange},
};
use async_trait::async_trait;

/// What one tenant uses.
#[async_trait]
pub trait UsagePort: Send + Sync {
    /// What was used lately, and what of it is allowed.
    async fn usage(&self, range: UsageRange) -> Result<Usage, AppError>;
}
