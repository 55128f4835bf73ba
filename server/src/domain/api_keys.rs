//! API keys: reveal, rotate, create.

use std::sync::Arc;

use async_trait::async_trait;
use coop_engine::{Label, Time};

use super::{
    Error,
    new_tenant::{added, insert_key, seal},
};
use crate::{
    clock::SharedClock,
    keyring::{KeyText, Keyring},
    ledger::{Effect, Ledger, Mutation},
    model::{ApiKey, ApiKeyId, KeyState, TenantId, Tiers},
    random,
    store::Db,
};

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

/// A key's value.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such key.
pub async fn reveal(
    ledger: &Ledger,
    keyring: &Keyring,
    tenant: TenantId,
    id: ApiKeyId,
) -> Result<(ApiKey, KeyText), Error> {
    let mut db = ledger.store().read().await?;
    let stored = db.api_key_of(tenant, id).await?.ok_or(Error::NotFound)?;
    let wrapped = db.tenant_data_key(tenant).await?.ok_or(Error::NotFound)?;
    let value = keyring.unwrap(tenant, &wrapped)?.open(
        &stored.ciphertext,
        tenant,
        id,
        stored.key.version,
    )?;
    Ok((stored.key, value))
}

/// Gives a key a new value. The old one is no key any more when this returns, also for requests under way.
///
/// `version` is the one that the person saw, so that a form sent twice rotates once.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such key, [`Error::Stale`] when it was rotated in the meantime.
pub async fn rotate(
    ledger: &Ledger,
    keyring: &Arc<Keyring>,
    clock: &SharedClock,
    tenant: TenantId,
    id: ApiKeyId,
    version: i64,
) -> Result<(ApiKey, KeyText), Error> {
    let keyring = Arc::clone(keyring);
    Ok(ledger
        .mutate(Rotate {
            keyring,
            tenant,
            id,
            version,
            now: clock.now(),
        })
        .await?)
}

struct Rotate {
    keyring: Arc<Keyring>,
    tenant: TenantId,
    id: ApiKeyId,
    version: i64,
    now: Time,
}

#[async_trait]
impl Mutation for Rotate {
    type Output = (ApiKey, KeyText);
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<Self::Output, Error> {
        let old = db
            .api_key_of(self.tenant, self.id)
            .await?
            .ok_or(Error::NotFound)?;
        if old.key.version != self.version {
            return Err(Error::Stale);
        }
        let tenant = db.tenant(self.tenant).await?.ok_or(Error::NotFound)?;
        let wrapped = db
            .tenant_data_key(self.tenant)
            .await?
            .ok_or(Error::NotFound)?;
        let value = KeyText::generate_api_key();
        let key = ApiKey {
            hint: value.hint(),
            version: old.key.version + 1,
            rotated_at: Some(self.now),
            ..old.key
        };
        let new = seal(
            &self.keyring,
            &self.keyring.unwrap(self.tenant, &wrapped)?,
            &value,
            key,
        )?;
        if !db.replace_api_key_value(&new).await? {
            return Err(Error::Stale);
        }
        db.insert_retired_key(old.digest, self.tenant, KeyState::Rotated, self.now)
            .await?;
        effects.push(Effect::Retired {
            digest: old.digest,
            state: KeyState::Rotated,
        });
        effects.push(added(&new, tenant.tier));
        Ok((new.key, value))
    }
}

/// Makes a further key, if the tier allows one more.
///
/// # Errors
/// [`Error::LimitReached`], [`Error::Taken`] for a label that the tenant uses, [`Error::NotFound`] without a tenant.
pub async fn create(
    ledger: &Ledger,
    keyring: &Arc<Keyring>,
    clock: &SharedClock,
    tiers: &Tiers,
    tenant: TenantId,
    label: Label,
) -> Result<(ApiKey, KeyText), Error> {
    let (keyring, tiers) = (Arc::clone(keyring), tiers.clone());
    Ok(ledger
        .mutate(Create {
            keyring,
            tiers,
            tenant,
            label,
            now: clock.now(),
        })
        .await?)
}

struct Create {
    keyring: Arc<Keyring>,
    tiers: Tiers,
    tenant: TenantId,
    label: Label,
    now: Time,
}

#[async_trait]
impl Mutation for Create {
    type Output = (ApiKey, KeyText);
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<Self::Output, Error> {
        let tenant = db.tenant(self.tenant).await?.ok_or(Error::NotFound)?;
        let count = db.count_api_keys_of(self.tenant).await?;
        if let Some(limit) = self.tiers.of(tenant.tier).api_keys
            && count >= limit
        {
            return Err(Error::LimitReached(limit));
        }
        let wrapped = db
            .tenant_data_key(self.tenant)
            .await?
            .ok_or(Error::NotFound)?;
        let value = KeyText::generate_api_key();
        let key = ApiKey {
            id: ApiKeyId::from_random(random::u64()),
            tenant: self.tenant,
            label: self.label.as_str().to_owned(),
            hint: value.hint(),
            is_default: false,
            version: 1,
            created_at: self.now,
            rotated_at: None,
        };
        let new = seal(
            &self.keyring,
            &self.keyring.unwrap(self.tenant, &wrapped)?,
            &value,
            key,
        )?;
        insert_key(db, &new, tenant.tier, effects).await?;
        Ok((new.key, value))
    }
}
