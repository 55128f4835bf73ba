//! API keys: list, reveal, create, rename, rotate, revoke.

mod create;
mod rename;
mod reveal;
mod revoke;
mod rotate;

pub use create::create;
pub use rename::rename;
pub use reveal::reveal;
pub use revoke::{Leak, report_leak, revoke};
pub use rotate::rotate;

use super::Error;
use crate::{
    keyring::{DataKey, Keyring},
    ledger::Ledger,
    model::{ApiKey, ApiKeyId, TenantId, Tier},
    store::{Db, NewApiKey},
};

/// A part of a tenant's keys.
#[derive(Debug)]
pub struct KeyPage {
    /// The default key first, then in the order in which they were made.
    pub keys: Vec<ApiKey>,
    /// How many there are in all.
    pub count: u64,
    /// The tenant's tier, which says how many there may be.
    pub tier: Tier,
}

/// At most `limit` keys of the tenant after the first `skipped`.
///
/// # Errors
/// [`Error::NotFound`] when there is no such tenant.
pub async fn list(
    ledger: &Ledger,
    tenant: TenantId,
    skipped: u64,
    limit: u32,
) -> Result<KeyPage, Error> {
    let mut db = ledger.store().read().await?;
    Ok(KeyPage {
        keys: db.api_keys_of(tenant, skipped, limit).await?,
        count: db.count_api_keys_of(tenant).await?,
        tier: db.tenant(tenant).await?.ok_or(Error::NotFound)?.tier,
    })
}

/// The key that a tenant has from the beginning.
///
/// # Errors
/// [`Error::NotFound`] when the tenant does not exist.
pub async fn default_key(ledger: &Ledger, tenant: TenantId) -> Result<ApiKey, Error> {
    ledger
        .store()
        .read()
        .await?
        .default_api_key_of(tenant)
        .await?
        .ok_or(Error::NotFound)
}

/// One of the tenant's keys.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such key.
pub async fn find(ledger: &Ledger, tenant: TenantId, id: ApiKeyId) -> Result<ApiKey, Error> {
    let stored = ledger.store().read().await?.api_key_of(tenant, id).await?;
    stored.map(|stored| stored.key).ok_or(Error::NotFound)
}

/// A key of the tenant's inside a transaction.
async fn key_of(db: &mut Db, tenant: TenantId, id: ApiKeyId) -> Result<NewApiKey, Error> {
    db.api_key_of(tenant, id).await?.ok_or(Error::NotFound)
}

/// What the tenant's values are encrypted with; none while they are not kept.
async fn data_key_of(
    db: &mut Db,
    keyring: &Keyring,
    tenant: TenantId,
) -> Result<Option<DataKey>, Error> {
    let wrapped = db.tenant_data_key(tenant).await?;
    Ok(wrapped
        .map(|wrapped| keyring.unwrap(tenant, &wrapped))
        .transpose()?)
}
