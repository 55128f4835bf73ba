//! An issuer is changed, proven, switched off, removed. Each of these voids the tokens that it was issued.

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::json;

use super::{check_audience, settings::check_settings, told};
use crate::{
    clock::SharedClock,
    domain::{Error, active::active},
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, IssuerSettings, TenantId, TrustedIssuer, TrustedIssuerId},
    store::Db,
};

/// What is done to an issuer.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Its settings are these from now on.
    Settings(IssuerSettings),
    /// Its tokens are taken, or not.
    Enabled(bool),
    /// It was proven that its audience is the tenant's.
    Proven,
}

impl Edit {
    const fn action(&self) -> &'static str {
        match self {
            Self::Settings(_) => "issuer.change",
            Self::Enabled(true) => "issuer.enable",
            Self::Enabled(false) => "issuer.disable",
            Self::Proven => "issuer.prove",
        }
    }
}

/// Changes an issuer. The tokens that it was issued before open nothing any more when this returns, also for requests under
/// way.
///
/// `version` is the one that the person saw.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`] when it was changed meanwhile, else as [`add`](super::add).
pub async fn change(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    id: TrustedIssuerId,
    version: i64,
    edit: Edit,
    by: By,
) -> Result<TrustedIssuer, Error> {
    if let Edit::Settings(settings) = &edit {
        check_settings(settings)?;
    }
    let change = Change {
        tenant,
        id,
        version,
        edit,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(change).await?)
}

struct Change {
    tenant: TenantId,
    id: TrustedIssuerId,
    version: i64,
    edit: Edit,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Change {
    type Output = TrustedIssuer;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<TrustedIssuer, Error> {
        active(db, self.tenant).await?;
        let old = db
            .issuer_of(self.tenant, self.id)
            .await?
            .ok_or(Error::NotFound)?;
        if old.version != self.version {
            return Err(Error::Stale);
        }
        let action = self.edit.action();
        let before = told(&old);
        let mut new = TrustedIssuer {
            version: old.version + 1,
            ..old
        };
        match self.edit {
            Edit::Settings(settings) => new.settings = settings,
            Edit::Enabled(enabled) => new.enabled = enabled,
            Edit::Proven => {
                check_audience(db, &new).await?;
                new.challenge = None;
            }
        }
        if !db.update_issuer(&new).await? {
            return Err(Error::Stale);
        }
        let deed = Deed::new(
            action,
            new.id,
            json!({"before": before, "after": told(&new)}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::IssuerChanged(new.id));
        Ok(new)
    }
}

/// Removes an issuer, with the tokens that it was issued and what was kept of exchanges.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such one.
pub async fn delete(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    id: TrustedIssuerId,
    by: By,
) -> Result<(), Error> {
    let delete = Delete {
        tenant,
        id,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(delete).await?)
}

struct Delete {
    tenant: TenantId,
    id: TrustedIssuerId,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Delete {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        active(db, self.tenant).await?;
        let old = db
            .issuer_of(self.tenant, self.id)
            .await?
            .ok_or(Error::NotFound)?;
        db.delete_issuer(self.tenant, self.id).await?;
        let deed = Deed::new("issuer.delete", self.id, told(&old));
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::IssuerChanged(self.id));
        Ok(())
    }
}
