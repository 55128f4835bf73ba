//! Every credential there is, in memory, authoritative: only the writer changes it, after the commit.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use coop_engine::{Requester, Time};

use super::{
    Credential, ExchangedToken, HourSlot, TenantState, contention::Contention, counting::Unwritten,
    hour_counts::HourCounts, usage::KeyUsage,
};
use crate::{
    model::{ApiKeyId, ApiKeyUsage, KeyDigest, KeyState, TenantId, Tier, TrustedIssuerId},
    store::{CredentialRow, TokenRow},
};

/// What a presented value is.
#[derive(Clone, Debug)]
pub enum Found {
    /// A key, or a token that may have expired.
    Live(Arc<Credential>),
    /// A former value of this key.
    Rotated(Arc<KeyUsage>),
    /// The value of a key or token that was revoked.
    Revoked,
    /// Nothing that we know.
    Unknown,
}

#[derive(Default)]
pub(super) struct Table {
    by_digest: HashMap<KeyDigest, Found>,
    pub(super) tenants: HashMap<TenantId, Arc<TenantState>>,
    pub(super) usage: HashMap<ApiKeyId, Arc<KeyUsage>>,
    /// What the tokens of each issuer do.
    issuers: HashMap<TrustedIssuerId, Arc<HourCounts>>,
}

impl Table {
    fn tenant(&mut self, id: TenantId, tier: Tier, suspended: bool) -> Arc<TenantState> {
        let state = self
            .tenants
            .entry(id)
            .or_insert_with(|| Arc::new(TenantState::new(id, tier, suspended)));
        Arc::clone(state)
    }

    fn usage(&mut self, key: ApiKeyId, tenant: TenantId) -> Arc<KeyUsage> {
        let usage = self
            .usage
            .entry(key)
            .or_insert_with(|| Arc::new(KeyUsage::new(key, tenant)));
        Arc::clone(usage)
    }

    fn add_token(&mut self, row: TokenRow) {
        let digest = row.token.digest;
        let tenant = self.tenant(row.token.tenant, row.tier, row.suspended);
        let found = match Requester::parse(&row.token.subject) {
            Ok(subject) if !row.is_revoked => {
                let (tenant_id, issuer) = (row.token.tenant, row.token.issuer);
                let hours = self.issuers.entry(issuer).or_insert_with(|| {
                    Arc::new(HourCounts::new(tenant_id, issuer.into(), &row.label))
                });
                hours.set_label(&row.label);
                let hours = Arc::clone(hours);
                let token = ExchangedToken {
                    digest,
                    issuer,
                    label: row.label.into(),
                    subject,
                    expires_at: row.token.expires_at,
                    max_ttl: row.max_ttl,
                    max_active: row.max_active,
                };
                Found::Live(Arc::new(Credential::of_token(tenant, token, hours)))
            }
            _ => Found::Revoked,
        };
        self.by_digest.insert(digest, found);
    }
}

/// The table, and what is counted in it and not yet written.
#[derive(Default)]
pub struct Credentials {
    table: RwLock<Table>,
    pub(super) unwritten_keys: Unwritten<KeyUsage>,
    pub(super) unwritten_tenants: Unwritten<TenantState>,
    pub(super) unwritten_hours: Unwritten<HourSlot>,
    pub(super) contention: Contention,
}

impl Credentials {
    pub(super) fn load(
        rows: Vec<CredentialRow>,
        usage: Vec<ApiKeyUsage>,
        tokens: Vec<TokenRow>,
        now: Time,
    ) -> Self {
        let mut table = Table::default();
        for stored in usage {
            table
                .usage
                .insert(stored.key, Arc::new(KeyUsage::restored(stored)));
        }
        for row in rows {
            let tenant = table.tenant(row.tenant, row.tier, row.suspended);
            let found = match (row.state, row.label) {
                (KeyState::Current, Some(label)) => {
                    let usage = table.usage(row.key, row.tenant);
                    Found::Live(Arc::new(Credential::of_key(tenant, row.key, &label, usage)))
                }
                (KeyState::Revoked, _) => Found::Revoked,
                _ => Found::Rotated(table.usage(row.key, row.tenant)),
            };
            table.by_digest.insert(row.digest, found);
        }
        for token in tokens {
            table.add_token(token);
        }
        Self {
            table: RwLock::new(table),
            contention: Contention::since(now),
            ..Self::default()
        }
    }

    /// Looks a value up.
    #[must_use]
    pub fn find(&self, digest: &KeyDigest) -> Found {
        self.read()
            .by_digest
            .get(digest)
            .cloned()
            .unwrap_or(Found::Unknown)
    }

    /// A tenant's present state, if it has ever had a key.
    #[must_use]
    pub fn tenant(&self, id: TenantId) -> Option<Arc<TenantState>> {
        self.read().tenants.get(&id).cloned()
    }

    pub(super) fn add(
        &self,
        digest: KeyDigest,
        tenant: TenantId,
        tier: Tier,
        key: ApiKeyId,
        label: &str,
    ) {
        let mut table = self.write();
        let usage = table.usage(key, tenant);
        usage.forget_former_uses();
        let tenant = table.tenant(tenant, tier, false);
        let credential = Credential::of_key(tenant, key, label, usage);
        table
            .by_digest
            .insert(digest, Found::Live(Arc::new(credential)));
    }

    /// Ends a value. Whoever holds its credential sees that at once.
    pub(super) fn retire(&self, digest: &KeyDigest, state: KeyState) {
        let mut table = self.write();
        let Some(Found::Live(credential)) = table.by_digest.remove(digest) else {
            return;
        };
        credential.end(state);
        let retired = match (state, credential.key(), credential.usage()) {
            (KeyState::Revoked, Some(key), _) => {
                table.usage.remove(&key);
                Found::Revoked
            }
            (_, _, Some(usage)) => Found::Rotated(Arc::clone(usage)),
            _ => Found::Revoked,
        };
        table.by_digest.insert(*digest, retired);
    }

    pub(super) fn add_token(&self, row: TokenRow) {
        self.write().add_token(row);
    }

    /// Ends every token of an issuer that has changed. Rare enough to look at all that there is.
    pub(super) fn retire_tokens_of(&self, issuer: TrustedIssuerId) {
        for found in self.write().by_digest.values_mut() {
            if let Found::Live(credential) = found
                && credential
                    .token()
                    .is_some_and(|token| token.issuer == issuer)
            {
                credential.end(KeyState::Revoked);
                *found = Found::Revoked;
            }
        }
    }

    pub(super) fn rename(&self, digest: &KeyDigest, label: &str) {
        if let Some(Found::Live(credential)) = self.read().by_digest.get(digest) {
            credential.rename(label);
        }
    }

    pub(super) fn forget(&self, digest: &KeyDigest) {
        self.write().by_digest.remove(digest);
    }

    pub(super) fn set_tier(&self, tenant: TenantId, tier: Tier) {
        if let Some(state) = self.tenant(tenant) {
            state.set_tier(tier);
        }
    }

    pub(super) fn set_suspended(&self, tenant: TenantId, suspended: bool) {
        if let Some(state) = self.tenant(tenant) {
            state.set_suspended(suspended);
        }
    }

    pub(super) fn set_requires_registration(&self, tenant: TenantId, required: bool) {
        if let Some(state) = self.tenant(tenant) {
            state.set_requires_registration(required);
        }
    }

    /// Forgets a tenant and every value of its keys. Whoever holds one of its credentials sees that at once.
    pub(super) fn remove(&self, tenant: TenantId, digests: &[KeyDigest]) {
        let mut table = self.write();
        for digest in digests {
            match table.by_digest.remove(digest) {
                Some(Found::Live(credential)) => {
                    credential.end(KeyState::Revoked);
                    if let Some(key) = credential.key() {
                        table.usage.remove(&key);
                    }
                }
                Some(Found::Rotated(usage)) => {
                    table.usage.remove(&usage.key());
                }
                _ => {}
            }
        }
        // Its tokens too, which nobody has counted.
        table.by_digest.retain(|_, found| match found {
            Found::Live(credential) if credential.tenant.id == tenant => {
                credential.end(KeyState::Revoked);
                false
            }
            _ => true,
        });
        table.issuers.retain(|_, hours| hours.tenant() != tenant);
        table.tenants.remove(&tenant);
        self.contention.forget(tenant);
    }

    /// Nothing that holds the lock can panic half-way through a change, so a poisoned table is a whole one.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}
