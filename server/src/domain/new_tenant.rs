//! Everything that a tenant begins with, made before the transaction that stores it.

use coop_engine::Time;
use serde_json::json;

use super::Error;
use crate::{
    keyring::{DataKey, KeyText, Keyring, WrappedKey},
    ledger::Effect,
    model::{Actor, ApiKey, ApiKeyId, By, Deed, Tenant, TenantId, TenantName, Tier},
    random,
    store::{Db, NewApiKey},
};

/// The label of the key that every tenant has from the beginning.
const DEFAULT_LABEL: &str = "default";
pub(super) struct NewTenant {
    pub(super) tenant: Tenant,
    pub(super) value: KeyText,
    key: NewApiKey,
    data_key: WrappedKey,
}

impl NewTenant {
    pub(super) fn prepare(
        keyring: &Keyring,
        name: &str,
        email: Option<String>,
        tier: Tier,
        by: &Actor,
        now: Time,
    ) -> Result<Self, Error> {
        let tenant = Tenant {
            id: TenantId::from_random(random::u64()),
            name: name
                .chars()
                .filter(|c| !c.is_control())
                .take(TenantName::LONGEST)
                .collect(),
            email,
            tier,
            suspended_at: None,
            suspension_reason: None,
            keeps_values: true,
            requires_registration: false,
            created_at: now,
        };
        let (data_key, wrapped) = keyring.new_data_key(tenant.id)?;
        let value = KeyText::generate_api_key();
        let key = ApiKey {
            id: ApiKeyId::from_random(random::u64()),
            tenant: tenant.id,
            label: DEFAULT_LABEL.to_owned(),
            hint: value.hint(),
            is_default: true,
            version: 1,
            created_at: now,
            created_by: by.name(),
            rotated_at: None,
        };
        Ok(Self {
            key: seal(keyring, Some(&data_key), &value, key)?,
            tenant,
            value,
            data_key: wrapped,
        })
    }

    pub(super) const fn key(&self) -> &ApiKey {
        &self.key.key
    }

    pub(super) async fn insert(
        &self,
        db: &mut Db,
        by: &By,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Error> {
        db.insert_tenant(&self.tenant, &self.data_key).await?;
        let deed = Deed::new(
            "tenant.create",
            self.tenant.id,
            json!({"name": self.tenant.name, "tier": self.tenant.tier.name(), "defaultKey": self.key.key.id.to_string()}),
        );
        db.append_audit(self.tenant.id, self.tenant.created_at, by, &deed)
            .await?;
        insert_key(db, &self.key, self.tenant.tier, effects).await
    }
}

/// A key with its value hashed and, where values are kept, encrypted.
pub(super) fn seal(
    keyring: &Keyring,
    data_key: Option<&DataKey>,
    value: &KeyText,
    key: ApiKey,
) -> Result<NewApiKey, Error> {
    let ciphertext = data_key
        .map(|data_key| data_key.seal(value, key.tenant, key.id, key.version))
        .transpose()?;
    Ok(NewApiKey {
        digest: keyring.digest(value),
        ciphertext,
        key,
    })
}

/// Stores a key; it works from the commit on.
pub(super) async fn insert_key(
    db: &mut Db,
    key: &NewApiKey,
    tier: Tier,
    effects: &mut Vec<Effect>,
) -> Result<(), Error> {
    db.insert_api_key(key).await?;
    effects.push(added(key, tier));
    Ok(())
}

/// What the credentials in memory have to learn of a key.
pub(super) fn added(key: &NewApiKey, tier: Tier) -> Effect {
    Effect::Added {
        digest: key.digest,
        tenant: key.key.tenant,
        tier,
        key: key.key.id,
        label: key.key.label.clone(),
    }
}
