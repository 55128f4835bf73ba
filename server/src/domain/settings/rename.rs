use async_trait::async_trait;
use coop_engine::Time;
use serde_json::json;

use crate::{
    clock::SharedClock,
    domain::{Error, active::active},
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, TenantId, TenantName},
    store::Db,
};

/// Gives the tenant another name.
///
/// # Errors
/// [`Error::Suspended`], [`Error::NotFound`] without a tenant.
pub async fn rename(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    name: TenantName,
    by: By,
) -> Result<(), Error> {
    let rename = Rename {
        tenant,
        name,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(rename).await?)
}

struct Rename {
    tenant: TenantId,
    name: TenantName,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Rename {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        let before = active(db, self.tenant).await?.name;
        if before == self.name.as_str() {
            return Ok(());
        }
        db.rename_tenant(self.tenant, &self.name).await?;
        let deed = Deed::new(
            "tenant.rename",
            self.tenant,
            json!({"before": before, "after": self.name.as_str()}),
        );
        Ok(db
            .append_audit(self.tenant, self.now, &self.by, &deed)
            .await?)
    }
}
