use crate::{
    error::AppError,
    model::{AuditPage, TenantPage, TenantQuery, TenantView},
};
use async_trait::async_trait;

/// What the operator's people see. For everybody else everything is [`AppError::NotFound`].
#[async_trait]
pub trait AdminPort: Send + Sync {
    /// Tenants that match.
    async fn tenants(&self, query: &TenantQuery) -> Result<TenantPage, AppError>;

    /// One tenant. That it was looked at is in its log.
    async fn tenant(&self, id: &str) -> Result<TenantView, AppError>;

    /// Its log, below the number `before`, the newest first.
    async fn log_of(&self, id: &str, before: Option<i64>) -> Result<AuditPage, AppError>;
}
