//! Events: what has happened to a tenant's reservations and definitions.

use super::Error;
use crate::{ledger::Ledger, model::TenantId};

pub use crate::ledger::{EventFilter, EventPage, LoggedEvent};

/// At most `limit` of the tenant's events after a revision.
///
/// # Errors
/// When the store fails.
pub async fn history(
    ledger: &Ledger,
    tenant: TenantId,
    filter: &EventFilter,
    after: u64,
    limit: usize,
) -> Result<EventPage, Error> {
    Ok(ledger
        .store()
        .read()
        .await?
        .events_of(tenant, filter, after, limit)
        .await?)
}
