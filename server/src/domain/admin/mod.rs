//! What the operator's people do. Every change wants a reason and is in the log of the tenant, who can read it.

mod suspend;
mod view;

pub use suspend::{resume, suspend};
pub use view::{TenantView, view};

use super::{Error, account::Account};
use crate::{
    ledger::Ledger,
    model::{TenantId, Tier},
};

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct TenantQuery {
    /// An id, or a part of a name or an e-mail address. Empty: everybody.
    pub text: String,
    /// Only tenants of this tier.
    pub tier: Option<Tier>,
    /// Tenants after this one.
    pub after: Option<TenantId>,
}

/// Some tenants with what they use, in the order of their ids.
#[derive(Debug)]
pub struct TenantPage {
    /// They.
    pub tenants: Vec<Account>,
    /// Where the next page begins; none at the end.
    pub next: Option<TenantId>,
}

/// At most `limit` tenants that match.
///
/// # Errors
/// When the store fails.
pub async fn search(
    ledger: &Ledger,
    query: &TenantQuery,
    limit: usize,
) -> Result<TenantPage, Error> {
    let mut db = ledger.read().await?;
    let text = query.text.trim();
    let mut found = if let Some(id) = TenantId::parse(text) {
        db.tenant(id).await?.into_iter().collect()
    } else {
        // One more than is shown tells whether there is another page.
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        db.tenants_matching(text, query.tier, query.after, most)
            .await?
    };
    let is_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|last| last.id).filter(|_| is_more);
    let mut tenants = Vec::with_capacity(found.len());
    for tenant in found {
        tenants.push(Account {
            active_reservations: db.active_reservations_of(tenant.id).await?,
            api_keys: db.count_api_keys_of(tenant.id).await?,
            tenant,
        });
    }
    Ok(TenantPage { tenants, next })
}
