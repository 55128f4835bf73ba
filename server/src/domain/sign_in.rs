//! A person signs in: the first time, that makes a tenant with a working key.

use async_trait::async_trait;
use coop_engine::Time;

use super::{Error, new_tenant::NewTenant};
use crate::{
    clock::SharedClock,
    keyring::Keyring,
    ledger::{Effect, Ledger, Mutation},
    model::{By, Identity, TenantId, Tier},
    store::Db,
};

/// The tenant of a person, if there is one yet.
///
/// # Errors
/// When the store fails.
pub async fn known_tenant_of(
    ledger: &Ledger,
    identity: &Identity,
) -> Result<Option<TenantId>, Error> {
    Ok(ledger
        .store()
        .read()
        .await?
        .tenant_of_identity(&identity.issuer, &identity.subject)
        .await?)
}

/// The tenant of a person, made if there is none yet.
///
/// # Errors
/// When the store fails.
pub async fn tenant_of(
    ledger: &Ledger,
    keyring: &Keyring,
    clock: &SharedClock,
    identity: &Identity,
    by: By,
) -> Result<TenantId, Error> {
    if let Some(tenant) = known_tenant_of(ledger, identity).await? {
        return Ok(tenant);
    }
    let now = clock.now();
    let name = identity
        .name
        .as_deref()
        .or(identity.email.as_deref())
        .unwrap_or("My tenant");
    let new = NewTenant::prepare(
        keyring,
        name,
        identity.email.clone(),
        Tier::Free,
        &by.actor,
        now,
    )?;
    Ok(ledger
        .mutate(FirstSignIn {
            identity: identity.clone(),
            new,
            by,
            now,
        })
        .await?)
}

struct FirstSignIn {
    identity: Identity,
    new: NewTenant,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for FirstSignIn {
    type Output = TenantId;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<TenantId, Error> {
        // Two tabs may sign in for the first time at once.
        if let Some(tenant) = db
            .tenant_of_identity(&self.identity.issuer, &self.identity.subject)
            .await?
        {
            return Ok(tenant);
        }
        self.new.insert(db, &self.by, effects).await?;
        db.insert_identity(&self.identity, self.new.tenant.id, self.now)
            .await?;
        Ok(self.new.tenant.id)
    }
}
