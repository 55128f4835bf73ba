use crate::{
    error::AppError,
    model::{KeyList, KeyValue, UsedKey},
};
use async_trait::async_trait;

/// The API keys of one tenant. An id of another tenant answers like one that does not exist.
#[async_trait]
pub trait KeysPort: Send + Sync {
    /// The key that was made with the tenant.
    async fn default_key(&self) -> Result<UsedKey, AppError>;

    /// At most `limit` keys after the first `skipped`.
    async fn list(&self, skipped: u64, limit: u32) -> Result<KeyList, AppError>;

    /// One key.
    async fn find(&self, id: &str) -> Result<UsedKey, AppError>;

    /// Makes a further key. [`AppError::Invalid`] for a label that is none or taken, [`AppError::Forbidden`] at the tier's
    /// limit.
    async fn create(&self, label: &str) -> Result<KeyValue, AppError>;

    /// Gives a key another label.
    async fn rename(&self, id: &str, label: &str) -> Result<(), AppError>;

    /// Ends a key for good. `label` is what the person typed to confirm it: the key's own, else [`AppError::Invalid`].
    async fn revoke(&self, id: &str, label: &str) -> Result<(), AppError>;

    /// The value of a key, once more.
    async fn reveal(&self, id: &str) -> Result<KeyValue, AppError>;

    /// Replaces the value of a key. When this returns, the old value is refused everywhere.
    /// [`AppError::Stale`] when `version` is not the key's current one.
    async fn rotate(&self, id: &str, version: i64) -> Result<KeyValue, AppError>;
}
