//! A key's value, once more.

use std::sync::Arc;

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::json;

use super::{data_key_of, key_of};
use crate::{
    clock::SharedClock,
    domain::{Error, active::active},
    keyring::{KeyText, Keyring},
    ledger::{Effect, Ledger, Mutation},
    model::{ApiKey, ApiKeyId, By, Deed, TenantId},
    store::Db,
};

/// A key's value. Whoever saw it is in the audit log before he sees it.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such key, [`Error::RevealOff`] and [`Error::NotKept`] when there is nothing
/// to reveal it from.
pub async fn reveal(
    ledger: &Ledger,
    keyring: &Arc<Keyring>,
    clock: &SharedClock,
    tenant: TenantId,
    id: ApiKeyId,
    by: By,
) -> Result<(ApiKey, KeyText), Error> {
    let reveal = Reveal {
        keyring: Arc::clone(keyring),
        tenant,
        id,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(reveal).await?)
}

struct Reveal {
    keyring: Arc<Keyring>,
    tenant: TenantId,
    id: ApiKeyId,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Reveal {
    type Output = (ApiKey, KeyText);
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<Self::Output, Error> {
        active(db, self.tenant).await?;
        let stored = key_of(db, self.tenant, self.id).await?;
        let data_key = data_key_of(db, &self.keyring, self.tenant).await?;
        let data_key = data_key.ok_or(Error::RevealOff)?;
        let kept = stored.ciphertext.ok_or(Error::NotKept)?;
        let value = data_key.open(&kept, self.tenant, self.id, stored.key.version)?;
        let deed = Deed::new(
            "api_key.reveal",
            self.id,
            json!({"label": stored.key.label, "hint": stored.key.hint}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        Ok((stored.key, value))
    }
}
