use crate::{
    error::AppError,
    model::{Limit, Usage, UsageRange},
};
use async_trait::async_trait;

/// What one tenant uses.
#[async_trait]
pub trait UsagePort: Send + Sync {
    /// Where it stands with what its tier allows.
    async fn limits(&self) -> Result<Vec<Limit>, AppError>;

    /// What was used lately, and what of it is allowed.
    async fn usage(&self, range: UsageRange) -> Result<Usage, AppError>;
}
