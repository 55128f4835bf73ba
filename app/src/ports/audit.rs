use crate::{error::AppError, model::AuditPage};
use async_trait::async_trait;

/// The audit log of one tenant.
#[async_trait]
pub trait AuditPort: Send + Sync {
    /// Entries with numbers below `before`, the newest first, whose action begins with `action`.
    async fn entries(&self, action: &str, before: Option<i64>) -> Result<AuditPage, AppError>;
}
