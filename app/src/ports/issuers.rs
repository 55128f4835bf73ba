use crate::{error::AppError, model::Issuers};
use async_trait::async_trait;

/// The trusted issuers of one tenant. Changing them is a form's, which the server reads itself.
#[async_trait]
pub trait IssuersPort: Send + Sync {
    /// All of them, with what happened lately.
    async fn issuers(&self) -> Result<Issuers, AppError>;
}
