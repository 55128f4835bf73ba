//! Whether values of keys are kept, to be shown again.

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::{Value, json};

use crate::{
    clock::SharedClock,
    domain::{Error, active::active},
    keyring::{Keyring, WrappedKey},
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, TenantId},
    store::Db,
};

/// Keeps, from now on, what new values can be revealed from. Those that exist were not kept, and stay so.
///
/// # Errors
/// [`Error::Suspended`], [`Error::NotFound`] without a tenant.
pub async fn keep_values(
    ledger: &Ledger,
    keyring: &Keyring,
    clock: &SharedClock,
    tenant: TenantId,
    by: By,
) -> Result<(), Error> {
    let (_, data_key) = keyring.new_data_key(tenant)?;
    switch(ledger, clock, tenant, Some(data_key), by).await
}

/// Destroys what values are revealed from, for good: the encrypted values and the key that opens them.
///
/// # Errors
/// [`Error::Suspended`], [`Error::NotFound`] without a tenant.
pub async fn stop_keeping_values(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    by: By,
) -> Result<(), Error> {
    switch(ledger, clock, tenant, None, by).await
}

async fn switch(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    data_key: Option<WrappedKey>,
    by: By,
) -> Result<(), Error> {
    let switch = Switch {
        tenant,
        data_key,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(switch).await?)
}

struct Switch {
    tenant: TenantId,
    /// The key of the time from now on.
    data_key: Option<WrappedKey>,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Switch {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        let keeps_values = active(db, self.tenant).await?.keeps_values;
        // A form that is sent twice must not replace a key that something is encrypted with already.
        if keeps_values == self.data_key.is_some() {
            return Ok(());
        }
        db.set_tenant_data_key(self.tenant, self.data_key.as_ref())
            .await?;
        let deed = if self.data_key.is_some() {
            Deed::new("tenant.reveal_on", self.tenant, Value::Null)
        } else {
            let forgotten = db.forget_values_of(self.tenant).await?;
            let detail = json!({"valuesForgotten": forgotten});
            Deed::new("tenant.reveal_off", self.tenant, detail)
        };
        Ok(db
            .append_audit(self.tenant, self.now, &self.by, &deed)
            .await?)
    }
}
