//! Requests that wait for a reservation, with what they came with.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use coop_engine::{Command, Time, WaiterId};
use tokio::sync::oneshot;

use super::{Credential, Decided, Refused, TenantState, handle::Shared};
use crate::model::{TenantId, Tiers};

/// A request that waits.
pub(super) struct Waiter {
    credential: Arc<Credential>,
    /// Given back with the answer.
    pub(super) command: Command,
    pub(super) reply: oneshot::Sender<Result<Decided, Refused>>,
    /// The tenant's time when it began to wait.
    pub(super) since: Time,
    _counted: Counted,
}

/// Lets a tenant's state say whether anybody waits, without a look into the book.
struct Counted(Arc<TenantState>);

impl Waiter {
    pub(super) fn new(
        credential: Arc<Credential>,
        command: Command,
        reply: oneshot::Sender<Result<Decided, Refused>>,
        since: Time,
    ) -> Self {
        let tenant = Arc::clone(&credential.tenant);
        tenant.waiting.fetch_add(1, Ordering::Relaxed);
        Self {
            credential,
            command,
            reply,
            since,
            _counted: Counted(tenant),
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All requests that wait, by the numbers that the engine knows them by. A tenant is in it as long as one of its requests
/// waits, and its book is in memory as long.
#[derive(Default)]
pub(super) struct Waiting(HashMap<TenantId, HashMap<WaiterId, Waiter>>);

impl Waiting {
    pub(super) fn insert(&mut self, tenant: TenantId, id: WaiterId, waiter: Waiter) {
        self.0.entry(tenant).or_default().insert(id, waiter);
    }

    pub(super) fn take(&mut self, tenant: TenantId, id: WaiterId) -> Option<Waiter> {
        let waiters = self.0.get_mut(&tenant)?;
        let waiter = waiters.remove(&id);
        if waiters.is_empty() {
            self.0.remove(&tenant);
        }
        waiter
    }

    pub(super) fn tenants(&self) -> impl Iterator<Item = TenantId> {
        self.0.keys().copied()
    }

    /// Tenants with a request whose credential opens nothing any more.
    pub(super) fn with_dead_credentials(&self, now: Time, tiers: &Tiers) -> Vec<TenantId> {
        let is_dead = |waiter: &Waiter| waiter.credential.check(now, tiers).is_err();
        let dead = self
            .0
            .iter()
            .filter(|(_, waiters)| waiters.values().any(is_dead));
        dead.map(|(tenant, _)| *tenant).collect()
    }

    /// Refuses a tenant's requests whose credentials open nothing any more, and says which they were. What they would have
    /// been granted, others get.
    pub(super) fn refuse_dead(
        &mut self,
        tenant: TenantId,
        now: Time,
        tiers: &Tiers,
    ) -> Vec<WaiterId> {
        let Some(waiters) = self.0.get(&tenant) else {
            return Vec::new();
        };
        let dead = waiters.iter().filter_map(|(id, waiter)| {
            let refused = waiter.credential.check(now, tiers).err()?;
            Some((*id, refused))
        });
        let dead: Vec<_> = dead.collect();
        for (id, refused) in &dead {
            if let Some(waiter) = self.take(tenant, *id) {
                let _ = waiter.reply.send(Err(*refused));
            }
        }
        dead.into_iter().map(|(id, _)| id).collect()
    }

    /// Refuses all of a tenant's requests.
    pub(super) fn refuse_all(&mut self, tenant: TenantId, refused: Refused) {
        for waiter in self.0.remove(&tenant).into_iter().flatten() {
            let _ = waiter.1.reply.send(Err(refused));
        }
    }
}

/// A request's place in the line of those who wait, given up when the request is dropped before its answer.
pub(super) struct Place<'a> {
    shared: &'a Shared,
    tenant: TenantId,
    waiter: Option<WaiterId>,
}

impl<'a> Place<'a> {
    pub(super) const fn new(shared: &'a Shared, tenant: TenantId, waiter: WaiterId) -> Self {
        Self {
            shared,
            tenant,
            waiter: Some(waiter),
        }
    }

    /// The request has its answer.
    pub(super) const fn keep(&mut self) {
        self.waiter = None;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter {
            self.shared.queue().leave(self.tenant, waiter);
            self.shared.wake.notify_one();
        }
    }
}
