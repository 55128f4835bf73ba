//! A key gets a new value.

use std::sync::Arc;

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::json;

use super::{data_key_of, key_of};
use crate::{
    clock::SharedClock,
    domain::{
        Error,
        active::active,
        new_tenant::{added, seal},
    },
    keyring::{KeyText, Keyring},
    ledger::{Effect, Ledger, Mutation},
    model::{ApiKey, ApiKeyId, By, Deed, KeyState, TenantId},
    store::{Db, NewApiKey},
};

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
    by: By,
) -> Result<(ApiKey, KeyText), Error> {
    let rotate = Rotate {
        keyring: Arc::clone(keyring),
        tenant,
        id,
        version,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(rotate).await?)
}

struct Rotate {
    keyring: Arc<Keyring>,
    tenant: TenantId,
    id: ApiKeyId,
    version: i64,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Rotate {
    type Output = (ApiKey, KeyText);
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<Self::Output, Error> {
        active(db, self.tenant).await?;
        let old = key_of(db, self.tenant, self.id).await?;
        if old.key.version != self.version {
            return Err(Error::Stale);
        }
        let deed = Deed::new(
            "api_key.rotate",
            self.id,
            json!({"label": old.key.label, "oldHint": old.key.hint}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        replace(db, &self.keyring, old, self.now, effects).await
    }
}

/// Puts a new value in place of a key's present one.
pub(super) async fn replace(
    db: &mut Db,
    keyring: &Keyring,
    old: NewApiKey,
    now: Time,
    effects: &mut Vec<Effect>,
) -> Result<(ApiKey, KeyText), Error> {
    let id = old.key.tenant;
    let tenant = db.tenant(id).await?.ok_or(Error::NotFound)?;
    let value = KeyText::generate_api_key();
    let key = ApiKey {
        hint: value.hint(),
        version: old.key.version + 1,
        rotated_at: Some(now),
        ..old.key
    };
    let data_key = data_key_of(db, keyring, id).await?;
    let new = seal(keyring, data_key.as_ref(), &value, key)?;
    if !db.replace_api_key_value(&new).await? {
        return Err(Error::Stale);
    }
    db.insert_retired_key(old.digest, id, new.key.id, KeyState::Rotated, now)
        .await?;
    db.forget_old_value_uses(id, new.key.id).await?;
    effects.push(Effect::Retired {
        digest: old.digest,
        state: KeyState::Rotated,
    });
    effects.push(added(&new, tenant.tier));
    Ok((new.key, value))
}
