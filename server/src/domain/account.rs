//! What there is to say about a tenant.

use super::Error;
use crate::{
    ledger::Ledger,
    model::{Tenant, TenantId},
};

/// A tenant and what it uses.
#[derive(Debug)]
pub struct Account {
    /// The tenant.
    pub tenant: Tenant,
    /// Reservations held now.
    pub active_reservations: u64,
    /// API keys it has.
    pub api_keys: u64,
}

/// A tenant and what it uses.
///
/// # Errors
/// [`Error::NotFound`] when there is no such tenant.
pub async fn of(ledger: &Ledger, tenant: TenantId) -> Result<Account, Error> {
    let mut db = ledger.read().await?;
    Ok(Account {
        tenant: db.tenant(tenant).await?.ok_or(Error::NotFound)?,
        active_reservations: db.active_reservations_of(tenant).await?,
        api_keys: db.count_api_keys_of(tenant).await?,
    })
}
