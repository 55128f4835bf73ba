//! Whether resources have to be registered before they can be reserved.

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::Value;

use crate::{
    clock::SharedClock,
    domain::{Error, active::active},
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, TenantId},
    store::Db,
};

/// Lets names without a definition be reserved, or not. What is held stays held either way.
///
/// # Errors
/// [`Error::Suspended`], [`Error::NotFound`] without a tenant.
pub async fn require_registration(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    required: bool,
    by: By,
) -> Result<(), Error> {
    let switch = Switch {
        tenant,
        required,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(switch).await?)
}

struct Switch {
    tenant: TenantId,
    required: bool,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Switch {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        let before = active(db, self.tenant).await?.requires_registration;
        if before == self.required {
            return Ok(());
        }
        db.set_requires_registration(self.tenant, self.required)
            .await?;
        let action = if self.required {
            "tenant.registration_on"
        } else {
            "tenant.registration_off"
        };
        let deed = Deed::new(action, self.tenant, Value::Null);
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::RequiresRegistration(self.tenant, self.required));
        Ok(())
    }
}
