//! What requests are counted into, in memory at once and on the disk a little later: never a write a request.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use coop_engine::Time;
use tokio::sync::Notify;

use super::{Contended, Count, Credential, Credentials, HourSlot, TenantState, usage::KeyUsage};
use crate::{
    client::Client,
    model::{ApiKeyId, Day, Hour, HourUsage, TenantId},
};

/// What has changed and is not on the disk: as many entries as there are keys, or tenants, at most.
#[derive(Debug)]
pub(super) struct Unwritten<T> {
    list: Mutex<Vec<Arc<T>>>,
    changed: Notify,
}

impl<T> Default for Unwritten<T> {
    fn default() -> Self {
        Self {
            list: Mutex::default(),
            changed: Notify::new(),
        }
    }
}

impl<T> Unwritten<T> {
    /// Lists something that has just changed, unless it is listed. The swap orders the change before whatever
    /// [`take`](Self::take) lets somebody read.
    pub(super) fn add(&self, item: &Arc<T>, is_listed: &AtomicBool) {
        if !is_listed.swap(true, Ordering::AcqRel) {
            self.list().push(Arc::clone(item));
            self.changed.notify_one();
        }
    }

    /// Takes everything out. What changes from now on is listed anew.
    pub(super) fn take(&self, is_listed: impl Fn(&T) -> &AtomicBool) -> Vec<Arc<T>> {
        let taken = std::mem::take(&mut *self.list());
        for item in &taken {
            is_listed(item).swap(false, Ordering::AcqRel);
        }
        taken
    }

    /// Returns when there is something.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<T>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is counted of a tenant at a moment.
pub(super) struct Counted {
    /// It may have been deleted.
    pub(super) tenant: Option<Arc<TenantState>>,
    pub(super) operations: (Day, u64),
}

impl Credentials {
    /// Counts a request that came with a key's present value.
    pub fn note_use(&self, usage: &Arc<KeyUsage>, at: Time, client: &Client<'_>) {
        usage.note_use(at, client);
        self.unwritten_keys.add(usage, &usage.is_listed);
    }

    /// Counts one of those requests as refused.
    pub fn note_refusal(&self, usage: &Arc<KeyUsage>, at: Time) {
        usage.note_refusal(at);
        self.unwritten_keys.add(usage, &usage.is_listed);
    }

    /// Counts what a request did in its hour: an addition, and a mark that there is something to keep.
    pub fn note_in_hour(&self, credential: &Credential, at: Time, what: Count, number: u64) {
        let hour = Hour::of(at);
        let slot = credential.hours().slot(hour);
        slot.add(hour, what, number);
        self.unwritten_hours.add(slot, &slot.is_listed);
    }

    /// Takes what was done in hours out of memory. Whoever takes it adds it to what is on the disk, or gives it back.
    #[must_use]
    pub fn take_hours(&self) -> Vec<(Arc<HourSlot>, HourUsage)> {
        let slots = self.unwritten_hours.take(|slot| &slot.is_listed);
        let counted = slots.into_iter().filter_map(|slot| {
            let usage = slot.take()?;
            Some((slot, usage))
        });
        counted.collect()
    }

    /// Gives back what could not be kept.
    pub fn give_hours_back(&self, hours: &[(Arc<HourSlot>, HourUsage)]) {
        for (slot, usage) in hours {
            slot.give_back(usage);
            self.unwritten_hours.add(slot, &slot.is_listed);
        }
    }

    /// Returns when something was counted in an hour and that is not on the disk.
    pub async fn hours_were_counted(&self) {
        self.unwritten_hours.changed().await;
    }

    /// Counts that resources were refused because of others, or with `waited` that they were waited for so long.
    pub fn note_contention(
        &self,
        tenant: TenantId,
        resources: &[&str],
        waited: Option<Duration>,
        at: Time,
    ) {
        self.contention.note(tenant, resources, waited, at);
    }

    /// What is contended in a tenant, and since when that is counted.
    #[must_use]
    pub fn contention_of(&self, tenant: TenantId) -> (Time, Vec<Contended>) {
        self.contention.of(tenant)
    }

    /// Counts a request that came with a former value.
    pub fn note_former_use(&self, usage: &Arc<KeyUsage>, at: Time, client: &Client<'_>) {
        usage.note_former_use(at, client);
        self.unwritten_keys.add(usage, &usage.is_listed);
    }

    /// Counts a tenant's operations, unless there would be more than `most` on that day.
    ///
    /// # Errors
    /// How many there are already.
    pub fn count_operations(
        &self,
        tenant: &Arc<TenantState>,
        day: Day,
        number: u64,
        most: Option<u64>,
    ) -> Result<(), u64> {
        tenant.operations.add(day, number, most)?;
        self.unwritten_tenants.add(tenant, &tenant.is_listed);
        Ok(())
    }

    /// Takes over the operations that were counted before a restart.
    pub(super) fn restore_operations(&self, tenant: TenantId, day: Day, operations: u64) {
        if let Some(tenant) = self.tenant(tenant) {
            // Without a limit it is never refused.
            let _ = tenant.operations.add(day, operations, None);
            tenant.set_written((day, operations));
        }
    }

    /// What is counted of some tenants so far, in their order.
    pub(super) fn operations_of(&self, tenants: &[TenantId]) -> Vec<Counted> {
        let table = self.read();
        let counted = |tenant: &TenantId| {
            let tenant = table.tenants.get(tenant).cloned();
            let operations = tenant.as_ref().map(|tenant| tenant.operations());
            Counted {
                tenant,
                operations: operations.unwrap_or_default(),
            }
        };
        tenants.iter().map(counted).collect()
    }

    /// Notes that it is on the disk.
    pub(super) fn operations_are_written(counted: Vec<Counted>) {
        for Counted { tenant, operations } in counted {
            if let Some(tenant) = tenant {
                tenant.set_written(operations);
            }
        }
    }

    /// How a key is used.
    #[must_use]
    pub fn usage_of(&self, key: ApiKeyId) -> Option<Arc<KeyUsage>> {
        self.read().usage.get(&key).cloned()
    }

    /// Returns when a key was used and that is not on the disk.
    pub async fn keys_were_used(&self) {
        self.unwritten_keys.changed().await;
    }

    /// Returns when operations were counted that may not be on the disk.
    pub async fn operations_were_counted(&self) {
        self.unwritten_tenants.changed().await;
    }

    /// The keys whose use is not on the disk. Whoever takes them writes them, or puts them back.
    #[must_use]
    pub fn take_unwritten_keys(&self) -> Vec<Arc<KeyUsage>> {
        self.unwritten_keys.take(|usage| &usage.is_listed)
    }

    /// The tenants whose operations no commit has brought to the disk. Whoever takes them writes them, or puts them back.
    #[must_use]
    pub fn take_unwritten_tenants(&self) -> Vec<Arc<TenantState>> {
        let mut tenants = self.unwritten_tenants.take(|tenant| &tenant.is_listed);
        tenants.retain(|tenant| !tenant.is_written());
        tenants
    }

    /// Puts back what could not be written.
    pub fn put_back(&self, keys: &[Arc<KeyUsage>], tenants: &[Arc<TenantState>]) {
        for usage in keys {
            self.unwritten_keys.add(usage, &usage.is_listed);
        }
        for tenant in tenants {
            self.unwritten_tenants.add(tenant, &tenant.is_listed);
        }
    }
}
