//! A key ends: its owner revokes it, or somebody reports that its value has leaked.

use std::sync::Arc;

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::json;

use super::{key_of, rotate::replace};
use crate::{
    clock::SharedClock,
    domain::{Error, active::active, exchange},
    keyring::{KeyText, Keyring},
    ledger::{Effect, Found, Ledger, Mutation},
    model::{ApiKeyId, By, Deed, KeyState, TenantId},
    store::{Db, NewApiKey},
};

/// Ends a key for good. Its value is no key any more when this returns, also for requests under way.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such key, [`Error::DefaultKey`] for the default key.
pub async fn revoke(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    id: ApiKeyId,
    by: By,
) -> Result<(), Error> {
    let revoke = Revoke {
        tenant,
        id,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(revoke).await?)
}

struct Revoke {
    tenant: TenantId,
    id: ApiKeyId,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Revoke {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        active(db, self.tenant).await?;
        let old = key_of(db, self.tenant, self.id).await?;
        if old.key.is_default {
            return Err(Error::DefaultKey);
        }
        let deed = Deed::new(
            "api_key.revoke",
            self.id,
            json!({"label": old.key.label, "hint": old.key.hint}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        end(db, &old, self.now, effects).await
    }
}

async fn end(
    db: &mut Db,
    old: &NewApiKey,
    now: Time,
    effects: &mut Vec<Effect>,
) -> Result<(), Error> {
    db.delete_api_key(old.key.tenant, old.key.id).await?;
    db.insert_retired_key(
        old.digest,
        old.key.tenant,
        old.key.id,
        KeyState::Revoked,
        now,
    )
    .await?;
    effects.push(Effect::Retired {
        digest: old.digest,
        state: KeyState::Revoked,
    });
    Ok(())
}

/// What a report of a leaked value led to. For the log: whoever reports is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// It was a further key's, or a token: that is revoked.
    Revoked,
    /// It was the default key's: that has a new value now, which its owner finds on the dashboard.
    Rotated,
    /// It is no key.
    Nothing,
}

/// Takes a value out of use because somebody found it. To possess it is reason enough: whoever does could do worse.
///
/// # Errors
/// When the store fails.
pub async fn report_leak(
    ledger: &Ledger,
    keyring: &Arc<Keyring>,
    clock: &SharedClock,
    value: &KeyText,
    by: By,
) -> Result<Leak, Error> {
    let Found::Live(credential) = ledger.credentials().find(&keyring.digest(value)) else {
        return Ok(Leak::Nothing);
    };
    let Some(id) = credential.key() else {
        exchange::revoke(ledger, clock, &credential, by).await?;
        return Ok(Leak::Revoked);
    };
    let leaked = Leaked {
        digest: keyring.digest(value).0,
        keyring: Arc::clone(keyring),
        tenant: credential.tenant.id,
        id,
        by,
        now: clock.now(),
    };
    match ledger.mutate(leaked).await.map_err(Error::from) {
        // It was taken out of use in the meantime.
        Err(Error::NotFound | Error::Stale) => Ok(Leak::Nothing),
        result => result,
    }
}

struct Leaked {
    digest: [u8; 32],
    keyring: Arc<Keyring>,
    tenant: TenantId,
    id: ApiKeyId,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Leaked {
    type Output = Leak;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<Leak, Error> {
        let old = key_of(db, self.tenant, self.id).await?;
        if old.digest.0 != self.digest {
            return Err(Error::Stale);
        }
        let leak = if old.key.is_default {
            Leak::Rotated
        } else {
            Leak::Revoked
        };
        let done = if leak == Leak::Rotated {
            "rotated"
        } else {
            "revoked"
        };
        let deed = Deed::new(
            "api_key.leak_reported",
            self.id,
            json!({"label": old.key.label, "hint": old.key.hint, "done": done}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        if leak == Leak::Rotated {
            replace(db, &self.keyring, old, self.now, effects).await?;
        } else {
            end(db, &old, self.now, effects).await?;
        }
        Ok(leak)
    }
}
