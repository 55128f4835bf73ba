//! Looking at a tenant, which its owner can read of.

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::Value;

use crate::{
    clock::SharedClock,
    domain::{Error, account, account::Account},
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, Identity, TenantId},
    store::Db,
};

const VIEW: &str = "admin.view";

/// What an admin is shown of a tenant. No value of a key, and no name of what is reserved.
#[derive(Debug)]
pub struct TenantView {
    /// The tenant and what it uses.
    pub account: Account,
    /// Who owns it, if anybody does yet.
    pub owner: Option<Identity>,
}

/// A tenant, shown to an admin. That he looked is in the tenant's log before he sees anything.
///
/// # Errors
/// [`Error::NotFound`] when there is no such tenant.
pub async fn view(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    by: By,
) -> Result<TenantView, Error> {
    let note = NoteView {
        tenant,
        by,
        now: clock.now(),
    };
    ledger.mutate(note).await.map_err(Error::from)?;
    Ok(TenantView {
        account: account::of(ledger, tenant).await?,
        owner: ledger.store().read().await?.owner_of(tenant).await?,
    })
}

struct NoteView {
    tenant: TenantId,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for NoteView {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        db.tenant(self.tenant).await?.ok_or(Error::NotFound)?;
        // Once in a row for each of them: turning pages does not fill the log.
        if let Some(last) = db.audit_before(self.tenant, i64::MAX, 1).await?.pop() {
            let last = last.read(self.tenant)?;
            if last.deed.action == VIEW && last.by.actor == self.by.actor {
                return Ok(());
            }
        }
        let deed = Deed::new(VIEW, self.tenant, Value::Null);
        Ok(db
            .append_audit(self.tenant, self.now, &self.by, &deed)
            .await?)
    }
}
