use crate::{error::AppError, model::ReservationPage};
use async_trait::async_trait;

/// The reservations of one tenant.
#[async_trait]
pub trait ReservationsPort: Send + Sync {
    /// At most `limit` of the active reservations, and how many there are in all.
    async fn active(&self, limit: u32) -> Result<ReservationPage, AppError>;
}
