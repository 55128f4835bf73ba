//! Every credential there is, in memory, authoritative: only the writer changes it, after the commit.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
};

use super::{counting::Unwritten, day_count::DayCount, usage::KeyUsage};
use crate::{
    model::{ApiKeyId, ApiKeyUsage, Day, KeyDigest, KeyState, TenantId, Tier},
    store::CredentialRow,
};

/// A tenant as a request has to know it.
#[derive(Debug)]
pub struct TenantState {
    /// Its id.
    pub id: TenantId,
    tier: AtomicU8,
    suspended: AtomicBool,
    pub(super) operations: DayCount,
    /// The operations that are on the disk.
    written: Mutex<(Day, u64)>,
    pub(super) is_listed: AtomicBool,
}

impl TenantState {
    /// A tenant in its present state.
    #[must_use]
    pub fn new(id: TenantId, tier: Tier, suspended: bool) -> Self {
        Self {
            id,
            tier: AtomicU8::new(tier as u8),
            suspended: AtomicBool::new(suspended),
            operations: DayCount::default(),
            written: Mutex::default(),
            is_listed: AtomicBool::new(false),
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

    /// Operations counted on a day.
    #[must_use]
    pub fn operations_on(&self, day: Day) -> u64 {
        self.operations.on(day)
    }

    /// Takes back operations that were counted and then refused for another reason.
    pub fn give_back_operations(&self, day: Day, number: u64) {
        self.operations.give_back(day, number);
    }

    /// The last day on which something was counted, and how much.
    #[must_use]
    pub fn operations(&self) -> (Day, u64) {
        self.operations.read()
    }

    /// Notes that so much is on the disk.
    pub(super) fn set_written(&self, operations: (Day, u64)) {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = operations;
    }

    pub(super) fn is_written(&self) -> bool {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) == self.operations()
    }
}

/// One value of an API key. A request keeps the one that it was authenticated with.
#[derive(Debug)]
pub struct Credential {
    /// The key.
    pub key: ApiKeyId,
    /// Whose it is.
    pub tenant: Arc<TenantState>,
    /// How the key is used.
    pub usage: Arc<KeyUsage>,
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
    /// A former value of this key.
    Rotated(Arc<KeyUsage>),
    /// The value of a key that was revoked.
    Revoked,
    /// Nothing that we know.
    Unknown,
}

#[derive(Default)]
pub(super) struct Table {
    by_digest: HashMap<KeyDigest, Found>,
    pub(super) tenants: HashMap<TenantId, Arc<TenantState>>,
    pub(super) usage: HashMap<ApiKeyId, Arc<KeyUsage>>,
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
}

/// The table, and what is counted in it and not yet written.
#[derive(Default)]
pub struct Credentials {
    table: RwLock<Table>,
    pub(super) unwritten_keys: Unwritten<KeyUsage>,
    pub(super) unwritten_tenants: Unwritten<TenantState>,
}

impl Credentials {
    pub(super) fn load(rows: Vec<CredentialRow>, usage: Vec<ApiKeyUsage>) -> Self {
        let mut table = Table::default();
        for stored in usage {
            table
                .usage
                .insert(stored.key, Arc::new(KeyUsage::restored(stored)));
        }
        for row in rows {
            let tenant = table.tenant(row.tenant, row.tier, row.suspended);
            let found = match (row.state, row.label) {
                (KeyState::Current, Some(label)) => Found::Live(Arc::new(Credential {
                    key: row.key,
                    label: RwLock::new(label.into()),
                    usage: table.usage(row.key, row.tenant),
                    tenant,
                    live: AtomicBool::new(true),
                })),
                (KeyState::Revoked, _) => Found::Revoked,
                _ => Found::Rotated(table.usage(row.key, row.tenant)),
            };
            table.by_digest.insert(row.digest, found);
        }
        Self {
            table: RwLock::new(table),
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
        let credential = Credential {
            key,
            usage,
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
        let Some(Found::Live(credential)) = table.by_digest.remove(digest) else {
            return;
        };
        credential.live.store(false, Ordering::Release);
        let retired = if state == KeyState::Revoked {
            table.usage.remove(&credential.key);
            Found::Revoked
        } else {
            Found::Rotated(Arc::clone(&credential.usage))
        };
        table.by_digest.insert(*digest, retired);
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
            match table.by_digest.remove(digest) {
                Some(Found::Live(credential)) => {
                    credential.live.store(false, Ordering::Release);
                    table.usage.remove(&credential.key);
                }
                Some(Found::Rotated(usage)) => {
                    table.usage.remove(&usage.key());
                }
                _ => {}
            }
        }
        table.tenants.remove(&tenant);
    }

    /// Nothing that holds the lock can panic half-way through a change, so a poisoned table is a whole one.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}
