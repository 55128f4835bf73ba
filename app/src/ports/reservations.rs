use crate::{
    error::AppError,
    model::{ReservationList, ReservationPage, ReservationQuery, ReservationView},
};
use async_trait::async_trait;

/// The reservations of one tenant. Releasing by force is a form's, which the server reads itself.
#[async_trait]
pub trait ReservationsPort: Send + Sync {
    /// At most `limit` of the active reservations, and how many there are in all.
    async fn active(&self, limit: u32) -> Result<ReservationPage, AppError>;

    /// A page of those that match, with who waits counted. A cursor that says nothing is [`AppError::Invalid`].
    async fn list(&self, query: &ReservationQuery) -> Result<ReservationList, AppError>;

    /// The grant of a resource with this fencing token. [`AppError::NotFound`] when it has ended.
    async fn find(&self, resource: &str, fencing_token: u64) -> Result<ReservationView, AppError>;
}
