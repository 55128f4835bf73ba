use crate::{
    error::AppError,
    model::{EventPage, EventPlace, EventQuery, FirstSteps},
};
use async_trait::async_trait;

/// The events of one tenant.
#[async_trait]
pub trait EventsPort: Send + Sync {
    /// A page of those that match, the newest first.
    async fn page(&self, query: &EventQuery, place: EventPlace) -> Result<EventPage, AppError>;

    /// How far its programs have come; nothing once it is new no longer.
    async fn first_steps(&self) -> Result<Option<FirstSteps>, AppError>;
}
