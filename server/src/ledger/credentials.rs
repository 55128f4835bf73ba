//! Every credential there is, in memory, authoritative: only the writer changes it, after the commit.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
};

use crate::{
    model::{ApiKeyId, KeyDigest, KeyState, TenantId, Tier},
    store::CredentialRow,
};

/// A tenant as a request has to know it.
#[derive(Debug)]
pub struct TenantState {
    /// Its id.
    pub id: TenantId,
    tier: AtomicU8,
    suspended: AtomicBool,
}

impl TenantState {
    /// A tenant in its present state.
    #[must_use]
    pub fn new(id: TenantId, tier: Tier, suspended: bool) -> Self {
        Self {
            id,
            tier: AtomicU8::new(tier as u8),
            suspended: AtomicBool::new(suspended),
        }
    }

    /// The tier of this very moment.
    #[must_use]
    pub fn tier(&self) -> Tier {
        Tier::ALL[usize::from(self.tier.load(Ordering::Acquire))]
    }

    /// Whether the tenant is suspended at this very moment.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspended.load(Ordering::Acquire)
    }
}

/// One value of an API key. A request keeps the one that it was authenticated with.
#[derive(Debug)]
pub struct Credential {
    /// The key.
    pub key: ApiKeyId,
    /// Whose it is.
    pub tenant: Arc<TenantState>,
    /// Changed in place: whoever was authenticated before a renaming still sees the key's end.
    label: RwLock<Arc<str>>,
    live: AtomicBool,
}

impl Credential {
    /// The key's label at this very moment.
    #[must_use]
    pub fn label(&self) -> Arc<str> {
        Arc::clone(&self.label.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether it still is a key. Asked once more when a command is decided and before a read is answered.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live.load(Ordering::Acquire)
    }
}

/// What a presented value is.
#[derive(Clone, Debug)]
pub enum Found {
    /// A key.
    Live(Arc<Credential>),
    /// A key's former value.
    Rotated,
    /// The value of a key that was revoked.
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
}

/// The table.
#[derive(Default)]
pub struct Credentials(RwLock<Table>);

impl Credentials {
    pub(super) fn load(rows: Vec<CredentialRow>) -> Self {
        let mut table = Table::default();
        for row in rows {
            let tenant = table.tenant(row.tenant, row.tier, row.suspended);
            let found = match (row.state, row.key) {
                (KeyState::Current, Some((key, label))) => Found::Live(Arc::new(Credential {
                    key,
                    label: RwLock::new(label.into()),
                    tenant,
                    live: AtomicBool::new(true),
                })),
                (KeyState::Revoked, _) => Found::Revoked,
                _ => Found::Rotated,
            };
            table.by_digest.insert(row.digest, found);
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
        let credential = Credential {
            key,
            label: RwLock::new(label.into()),
            tenant,
            live: AtomicBool::new(true),
        };
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
            credential.live.store(false, Ordering::Release);
        }
    }

    pub(super) fn rename(&self, digest: &KeyDigest, label: &str) {
        if let Some(Found::Live(credential)) = self.read().by_digest.get(digest) {
            *credential
                .label
                .write()
                .unwrap_or_else(PoisonError::into_inner) = label.into();
        }
    }

    pub(super) fn forget(&self, digest: &KeyDigest) {
        self.write().by_digest.remove(digest);
    }

    pub(super) fn set_tier(&self, tenant: TenantId, tier: Tier) {
        if let Some(state) = self.tenant(tenant) {
            state.tier.store(tier as u8, Ordering::Release);
        }
    }

    pub(super) fn set_suspended(&self, tenant: TenantId, suspended: bool) {
        if let Some(state) = self.tenant(tenant) {
            state.suspended.store(suspended, Ordering::Release);
        }
    }

    /// Forgets a tenant and every value of its keys. Whoever holds one of its credentials sees that at once.
    pub(super) fn remove(&self, tenant: TenantId, digests: &[KeyDigest]) {
        let mut table = self.write();
        for digest in digests {
            if let Some(Found::Live(credential)) = table.by_digest.remove(digest) {
                credential.live.store(false, Ordering::Release);
            }
        }
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
