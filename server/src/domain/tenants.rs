//! Tenants as an operator manages them, and how a person takes over one that was made on the command line.

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use coop_engine::Time;
use serde_json::json;

use super::{Error, active::active, new_tenant::NewTenant};
use crate::{
    clock::SharedClock,
    keyring::{KeyText, Keyring, sha256},
    ledger::{Effect, Ledger, Mutation},
    model::{ApiKeyId, By, Deed, Identity, Tenant, TenantId, Tier},
    random,
    store::Db,
};

/// How long a claim code may be used, in microseconds: seven days.
const CLAIM_VALID: i64 = 7 * 24 * 3600 * 1_000_000;

/// A tenant that was just made, with what is shown once.
pub struct Created {
    /// The tenant.
    pub tenant: Tenant,
    /// Its default key.
    pub key: ApiKeyId,
    /// That key's value.
    pub value: KeyText,
    /// Makes whoever presents it on the dashboard the owner, once.
    pub claim_code: String,
}

/// Makes a tenant that nobody owns yet.
///
/// # Errors
/// When the store fails.
pub async fn create(
    ledger: &Ledger,
    keyring: &Keyring,
    clock: &SharedClock,
    name: &str,
    email: Option<String>,
    tier: Tier,
    by: By,
) -> Result<Created, Error> {
    let now = clock.now();
    let new = NewTenant::prepare(keyring, name, email, tier, &by.actor, now)?;
    let claim_code = BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<24>());
    let expires_at = Time::from_micros(now.as_micros().saturating_add(CLAIM_VALID));
    let new = ledger
        .mutate(CreateTenant {
            new,
            code_hash: sha256(claim_code.as_bytes()),
            expires_at,
            by,
        })
        .await?;
    Ok(Created {
        key: new.key().id,
        tenant: new.tenant,
        value: new.value,
        claim_code,
    })
}

struct CreateTenant {
    new: NewTenant,
    code_hash: [u8; 32],
    expires_at: Time,
    by: By,
}

#[async_trait]
impl Mutation for CreateTenant {
    type Output = NewTenant;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<NewTenant, Error> {
        self.new.insert(db, &self.by, effects).await?;
        db.insert_claim(&self.code_hash, self.new.tenant.id, self.expires_at)
            .await?;
        Ok(self.new)
    }
}

/// At most `limit` tenants, in the order of their ids.
///
/// # Errors
/// When the store fails.
pub async fn list(
    ledger: &Ledger,
    after: Option<TenantId>,
    limit: i64,
) -> Result<Vec<Tenant>, Error> {
    Ok(ledger
        .store()
        .read()
        .await?
        .tenants_after(after, limit)
        .await?)
}

/// Changes a tenant's tier; it acts on the next request.
///
/// # Errors
/// [`Error::NotFound`] when there is no such tenant.
pub async fn set_tier(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    tier: Tier,
    reason: Option<String>,
    by: By,
) -> Result<(), Error> {
    let set = SetTier {
        tenant,
        tier,
        reason,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(set).await?)
}

struct SetTier {
    tenant: TenantId,
    tier: Tier,
    reason: Option<String>,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for SetTier {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        let before = db.tenant(self.tenant).await?.ok_or(Error::NotFound)?.tier;
        db.set_tenant_tier(self.tenant, self.tier).await?;
        let deed = Deed::new(
            "tenant.set_tier",
            self.tenant,
            json!({"before": before.name(), "after": self.tier.name(), "reason": self.reason}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::TierChanged(self.tenant, self.tier));
        Ok(())
    }
}

/// Makes a signed-in person, who owns no tenant yet, the owner of the tenant that a code stands for.
///
/// # Errors
/// [`Error::NotFound`] for a code that is unknown, used or too old, [`Error::Taken`] when the person owns a tenant.
pub async fn claim(
    ledger: &Ledger,
    clock: &SharedClock,
    identity: &Identity,
    code: &str,
    by: By,
) -> Result<TenantId, Error> {
    let claim = Claim {
        identity: identity.clone(),
        code_hash: sha256(code.trim().as_bytes()),
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(claim).await?)
}

struct Claim {
    identity: Identity,
    code_hash: [u8; 32],
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Claim {
    type Output = TenantId;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<TenantId, Error> {
        let tenant = db
            .take_claim(&self.code_hash, self.now)
            .await?
            .ok_or(Error::NotFound)?;
        active(db, tenant).await?;
        db.insert_identity(&self.identity, tenant, self.now).await?;
        let deed = Deed::new("tenant.claim", tenant, serde_json::Value::Null);
        db.append_audit(tenant, self.now, &self.by, &deed).await?;
        Ok(tenant)
    }
}
