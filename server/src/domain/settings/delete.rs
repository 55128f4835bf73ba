//! The end of an account.

use async_trait::async_trait;

use crate::{
    domain::{Error, active::active},
    ledger::{Effect, Ledger, Mutation},
    model::TenantId,
    store::Db,
};

/// Rows of the ledger forgotten in one commit, so that nobody waits for it.
const ROWS: i64 = 1_000;
/// Commits in a row. What is left then is forgotten by and by.
const ROUNDS: usize = 100;
/// Tenants whose remains are looked for in one go.
const TENANTS: i64 = 10;

/// Takes a tenant away with everything that is its own: keys, sessions of its owner, reservations, events, its log. No
/// value of its keys opens anything from the moment that this returns, and no request under way is decided any more.
///
/// # Errors
/// [`Error::WrongName`] unless `name`, which a person typed to confirm, is the tenant's; [`Error::Suspended`],
/// [`Error::NotFound`] without a tenant.
pub async fn delete(ledger: &Ledger, tenant: TenantId, name: &str) -> Result<(), Error> {
    let delete = Delete {
        tenant,
        name: name.trim().to_owned(),
    };
    ledger.mutate(delete).await.map_err(Error::from)?;
    forget(ledger, tenant).await
}

/// Forgets what the ledger still holds of tenants that are gone.
///
/// # Errors
/// When the store fails.
pub async fn forget_ownerless(ledger: &Ledger) -> Result<(), Error> {
    let tenants = ledger
        .store()
        .read()
        .await?
        .ownerless_books(TENANTS)
        .await?;
    for tenant in tenants {
        forget(ledger, tenant).await?;
    }
    Ok(())
}

async fn forget(ledger: &Ledger, tenant: TenantId) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        if ledger.mutate(Forget(tenant)).await? == 0 {
            break;
        }
    }
    Ok(())
}

struct Delete {
    tenant: TenantId,
    name: String,
}

#[async_trait]
impl Mutation for Delete {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        let tenant = active(db, self.tenant).await?;
        if tenant.name.trim() != self.name {
            return Err(Error::WrongName);
        }
        let digests = db.digests_of(self.tenant).await?;
        if let Some(owner) = db.owner_of(self.tenant).await? {
            db.delete_sessions_of(&owner.issuer, &owner.subject, None)
                .await?;
        }
        db.delete_tenant(self.tenant).await?;
        effects.push(Effect::TenantDeleted {
            tenant: self.tenant,
            digests,
        });
        Ok(())
    }
}

struct Forget(TenantId);

#[async_trait]
impl Mutation for Forget {
    /// Rows forgotten: 0 when there are no more.
    type Output = u64;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<u64, Error> {
        Ok(db.forget_ledger_of(self.0, ROWS).await?)
    }
}
