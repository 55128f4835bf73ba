use crate::{error::AppError, model::Account};
use async_trait::async_trait;

/// The person behind the session.
#[async_trait]
pub trait AccountPort: Send + Sync {
    /// Who is signed in; none when nobody is.
    async fn account(&self) -> Result<Option<Account>, AppError>;
}
