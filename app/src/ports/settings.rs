use crate::{error::AppError, model::Settings};
use async_trait::async_trait;

/// What a person may change of his tenant, and his sessions.
#[async_trait]
pub trait SettingsPort: Send + Sync {
    /// How things stand.
    async fn settings(&self) -> Result<Settings, AppError>;
}
