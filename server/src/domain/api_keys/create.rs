//! A further key.

use std::sync::Arc;

use async_trait::async_trait;
use coop_engine::{Label, Time};
use serde_json::json;

use super::data_key_of;
use crate::{
    clock::SharedClock,
    domain::{
        Error,
        active::active,
        new_tenant::{insert_key, seal},
    },
    keyring::{KeyText, Keyring},
    ledger::{Effect, Ledger, Mutation},
    model::{ApiKey, ApiKeyId, By, Deed, TenantId, Tiers},
    random,
    store::Db,
};

const REFUSED: &str = "api_key.limit_refused";

/// Makes a further key, if the tier allows one more.
///
/// # Errors
/// [`Error::LimitReached`], [`Error::Taken`] for a label that the tenant uses, [`Error::NotFound`] without a tenant.
pub async fn create(
    ledger: &Ledger,
    keyring: &Arc<Keyring>,
    clock: &SharedClock,
    tiers: &Tiers,
    tenant: TenantId,
    label: Label,
    by: By,
) -> Result<(ApiKey, KeyText), Error> {
    let now = clock.now();
    let create = Create {
        keyring: Arc::clone(keyring),
        tiers: tiers.clone(),
        tenant,
        label,
        by: by.clone(),
        now,
    };
    let created = ledger.mutate(create).await.map_err(Error::from);
    if let Err(Error::LimitReached(limit)) = created {
        // The refusal undid its own transaction, so it is told in another one.
        let note = NoteRefusal {
            tenant,
            limit,
            by,
            now,
        };
        ledger.mutate(note).await?;
    }
    created
}

struct Create {
    keyring: Arc<Keyring>,
    tiers: Tiers,
    tenant: TenantId,
    label: Label,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Create {
    type Output = (ApiKey, KeyText);
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<Self::Output, Error> {
        let tenant = active(db, self.tenant).await?;
        let count = db.count_api_keys_of(self.tenant).await?;
        if let Some(limit) = self.tiers.of(tenant.tier).api_keys
            && count >= limit
        {
            return Err(Error::LimitReached(limit));
        }
        let value = KeyText::generate_api_key();
        let key = ApiKey {
            id: ApiKeyId::from_random(random::u64()),
            tenant: self.tenant,
            label: self.label.as_str().to_owned(),
            hint: value.hint(),
            is_default: false,
            version: 1,
            created_at: self.now,
            created_by: self.by.actor.name(),
            rotated_at: None,
        };
        let data_key = data_key_of(db, &self.keyring, self.tenant).await?;
        let new = seal(&self.keyring, data_key.as_ref(), &value, key)?;
        insert_key(db, &new, tenant.tier, effects).await?;
        let deed = Deed::new(
            "api_key.create",
            new.key.id,
            json!({"label": new.key.label, "hint": new.key.hint}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        Ok((new.key, value))
    }
}

struct NoteRefusal {
    tenant: TenantId,
    limit: u64,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for NoteRefusal {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        // Once in a row: whoever asks in a loop does not fill the log.
        if let Some(last) = db.audit_before(self.tenant, i64::MAX, 1).await?.pop()
            && last.read(self.tenant)?.deed.action == REFUSED
        {
            return Ok(());
        }
        let deed = Deed::new(REFUSED, self.tenant, json!({"limit": self.limit}));
        Ok(db
            .append_audit(self.tenant, self.now, &self.by, &deed)
            .await?)
    }
}
