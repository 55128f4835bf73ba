use crate::{
    error::AppError,
    model::{ApiKey, KeyValue},
};
use async_trait::async_trait;

/// The API keys of one tenant. An id of another tenant answers like one that does not exist.
#[async_trait]
pub trait KeysPort: Send + Sync {
    /// The key that was made with the tenant.
    async fn default_key(&self) -> Result<ApiKey, AppError>;

    /// The value of a key, once more.
    async fn reveal(&self, id: &str) -> Result<KeyValue, AppError>;

    /// Replaces the value of a key. When this returns, the old value is refused everywhere.
    /// [`AppError::Stale`] when `version` is not the key's current one.
    async fn rotate(&self, id: &str, version: i64) -> Result<KeyValue, AppError>;
}
