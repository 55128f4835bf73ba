//! Events: what has happened to a tenant's reservations and definitions.

use super::Error;
use crate::{ledger::Ledger, model::TenantId};

pub use crate::ledger::{
    Commit, EarlierEvents, EventFilter, EventPage, LoggedEvent, News, OpenPage, OpenStream, Watch,
};

/// Watches a tenant for a page of the dashboard. Nothing when there is no such tenant, or too many pages watch it.
#[must_use]
pub fn watch_for_page(ledger: &Ledger, tenant: TenantId) -> Option<(Watch, OpenPage)> {
    let tenant = ledger.credentials().tenant(tenant)?;
    let open = tenant.open_page()?;
    Some((tenant.watch(), open))
}

/// A tenant that has had more events than this is new no longer.
const OF_SOMEBODY_NEW: usize = 20;

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
        .read()
        .await?
        .events_of(tenant, filter, after, limit)
        .await?)
}

/// How far the tenant's log reaches.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// The oldest event that is kept; `None` when none is.
    pub oldest: Option<u64>,
    /// The last event that there was; 0 when there was none yet.
    pub newest: u64,
}

/// How far the tenant's log reaches.
///
/// # Errors
/// When the store fails.
pub async fn extent(ledger: &Ledger, tenant: TenantId) -> Result<Extent, Error> {
    let mut db = ledger.read().await?;
    let newest = db.revision_of(tenant).await?;
    let oldest = db.oldest_event_of(tenant).await?;
    Ok(Extent { oldest, newest })
}

/// How far somebody new has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstSteps {
    /// Something was reserved.
    pub reserved: bool,
    /// Somebody was refused because another holds it.
    pub refused: bool,
    /// Something was released.
    pub released: bool,
}

/// How far the tenant's programs have come; nothing once it is new no longer.
///
/// # Errors
/// When the store fails.
pub async fn first_steps(ledger: &Ledger, tenant: TenantId) -> Result<Option<FirstSteps>, Error> {
    if extent(ledger, tenant).await?.newest > OF_SOMEBODY_NEW as u64 {
        return Ok(None);
    }
    let page = history(ledger, tenant, &EventFilter::default(), 0, OF_SOMEBODY_NEW).await?;
    let happened = |kind| page.events.iter().any(|event| event.kind == kind);
    let (_, contended) = ledger.credentials().contention_of(tenant);
    Ok(Some(FirstSteps {
        reserved: happened("RESERVED"),
        refused: !contended.is_empty(),
        released: happened("UNRESERVED"),
    }))
}

/// At most `limit` of the tenant's events before a revision, or of all of them, the newest first.
///
/// # Errors
/// When the store fails.
pub async fn before(
    ledger: &Ledger,
    tenant: TenantId,
    filter: &EventFilter,
    before: Option<u64>,
    limit: usize,
) -> Result<EarlierEvents, Error> {
    Ok(ledger
        .read()
        .await?
        .events_before(tenant, filter, before, limit)
        .await?)
}
