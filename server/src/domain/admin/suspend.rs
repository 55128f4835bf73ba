//! Suspending a tenant, and the end of that.

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::json;

use crate::{
    clock::SharedClock,
    domain::Error,
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, Reason, TenantId},
    store::Db,
};

/// Suspends a tenant: when this returns, nothing is decided or read for its keys any more, also for requests under way.
/// What it holds stays, and expires as it would have.
///
/// # Errors
/// [`Error::NotFound`] when there is no such tenant, [`Error::Stale`] when it is suspended already.
pub async fn suspend(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    reason: Reason,
    by: By,
) -> Result<(), Error> {
    switch(ledger, clock, tenant, true, reason, by).await
}

/// Ends a suspension: the tenant's keys work again as they did.
///
/// # Errors
/// [`Error::NotFound`] when there is no such tenant, [`Error::Stale`] when it is not suspended.
pub async fn resume(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    reason: Reason,
    by: By,
) -> Result<(), Error> {
    switch(ledger, clock, tenant, false, reason, by).await
}

async fn switch(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    suspended: bool,
    reason: Reason,
    by: By,
) -> Result<(), Error> {
    let switch = Switch {
        tenant,
        suspended,
        reason,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(switch).await?)
}

struct Switch {
    tenant: TenantId,
    /// What it is from now on.
    suspended: bool,
    reason: Reason,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Switch {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        let tenant = db.tenant(self.tenant).await?.ok_or(Error::NotFound)?;
        if tenant.suspended_at.is_some() == self.suspended {
            return Err(Error::Stale);
        }
        let suspension = self.suspended.then_some((self.now, &self.reason));
        db.set_tenant_suspension(self.tenant, suspension).await?;
        let (action, effect) = if self.suspended {
            ("tenant.suspend", Effect::Suspended(self.tenant))
        } else {
            ("tenant.resume", Effect::Resumed(self.tenant))
        };
        let deed = Deed::new(action, self.tenant, json!({"reason": self.reason.as_str()}));
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(effect);
        Ok(())
    }
}
