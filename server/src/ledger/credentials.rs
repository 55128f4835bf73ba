//! Every credential there is, in memory, authoritative: only the writer changes it, after the commit.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use coop_engine::Requester;

use super::{Credential, ExchangedToken, TenantState};
use crate::{
    model::{ApiKeyId, KeyDigest, KeyState, TenantId, Tier, TrustedIssuerId},
    store::{CredentialRow, TokenRow},
};

/// What a presented value is.
#[derive(Clone, Debug)]
pub enum Found {
    /// A key, or a token that may have expired.
    Live(Arc<Credential>),
    /// A key's former value.
    Rotated,
    /// The value of a key or token that was revoked.
    Revoked,
    /// Nothing that we know.
    Unknown,
}

#[derive(Default)]
struct Table {
    by_digest: HashMap<KeyDigest, Found>,
    tenants: HashMap<TenantId, Arc<TenantState>>,
}

impl Table {
    fn tenant(&mut self, id: TenantId, tier: Tier, suspended: bool) -> Arc<TenantState> {
        let state = self
            .tenants
            .entry(id)
            .or_insert_with(|| Arc::new(TenantState::new(id, tier, suspended)));
        Arc::clone(state)
    }

    fn add_token(&mut self, row: TokenRow) {
        let digest = row.token.digest;
        let tenant = self.tenant(row.token.tenant, row.tier, row.suspended);
        let found = match Requester::parse(&row.token.subject) {
            Ok(subject) if !row.is_revoked => {
                let token = ExchangedToken {
                    digest,
                    issuer: row.token.issuer,
                    label: row.label.into(),
                    subject,
                    expires_at: row.token.expires_at,
                    max_ttl: row.max_ttl,
                    max_active: row.max_active,
                };
                Found::Live(Arc::new(Credential::of_token(tenant, token)))
            }
            _ => Found::Revoked,
        };
        self.by_digest.insert(digest, found);
    }
}

/// The table.
#[derive(Default)]
pub struct Credentials(RwLock<Table>);

impl Credentials {
    pub(super) fn load(rows: Vec<CredentialRow>, tokens: Vec<TokenRow>) -> Self {
        let mut table = Table::default();
        for row in rows {
            let tenant = table.tenant(row.tenant, row.tier, row.suspended);
            let found = match (row.state, row.key) {
                (KeyState::Current, Some((key, label))) => {
                    Found::Live(Arc::new(Credential::of_key(tenant, key, &label)))
                }
                (KeyState::Revoked, _) => Found::Revoked,
                _ => Found::Rotated,
            };
            table.by_digest.insert(row.digest, found);
        }
        for token in tokens {
            table.add_token(token);
        }
        Self(RwLock::new(table))
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
        let tenant = table.tenant(tenant, tier, false);
        let credential = Credential::of_key(tenant, key, label);
        table
            .by_digest
            .insert(digest, Found::Live(Arc::new(credential)));
    }

    /// Ends a value. Whoever holds its credential sees that at once.
    pub(super) fn retire(&self, digest: &KeyDigest, state: KeyState) {
        let mut table = self.write();
        let retired = if state == KeyState::Revoked {
            Found::Revoked
        } else {
            Found::Rotated
        };
        if let Some(Found::Live(credential)) = table.by_digest.insert(*digest, retired) {
            credential.end();
        }
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
                credential.end();
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

    /// Forgets a tenant and every value of its keys. Whoever holds one of its credentials sees that at once.
    pub(super) fn remove(&self, tenant: TenantId, digests: &[KeyDigest]) {
        let mut table = self.write();
        for digest in digests {
            if let Some(Found::Live(credential)) = table.by_digest.remove(digest) {
                credential.end();
            }
        }
        // Its tokens too, which nobody has counted.
        table.by_digest.retain(|_, found| match found {
            Found::Live(credential) if credential.tenant.id == tenant => {
                credential.end();
                false
            }
            _ => true,
        });
        table.tenants.remove(&tenant);
    }

    /// Nothing that holds the lock can panic half-way through a change, so a poisoned table is a whole one.
    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
