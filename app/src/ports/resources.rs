use crate::{
    error::AppError,
    model::{Resource, ResourcePage},
};
use async_trait::async_trait;

/// The definitions of one tenant. Changing them is a form's, which the server reads itself.
#[async_trait]
pub trait ResourcesPort: Send + Sync {
    /// A page of them, after the name `after`.
    async fn list(&self, after: &str) -> Result<ResourcePage, AppError>;

    /// One of them with all of its slots. [`AppError::NotFound`] when there is no such definition.
    async fn find(&self, name: &str) -> Result<Resource, AppError>;
}
