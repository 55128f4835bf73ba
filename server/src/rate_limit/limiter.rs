//! One governor on our clock, whose state can be looked at without taking anything.

use std::{hash::Hash, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter as Governor,
    clock::Clock,
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::{
        StateStore,
        keyed::{DashMapStateStore, ShrinkableKeyedStateStore},
    },
};

use crate::clock::SharedClock;

/// Governor's clock reads ours.
struct Ticks(SharedClock);

impl Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

/// The state, held by the governor and by us.
struct Shared<K: Hash + Eq + Clone>(Arc<DashMapStateStore<K>>);

impl<K: Hash + Eq + Clone> StateStore for Shared<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(key, f)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Shared<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.retain_recent(drop_below);
    }

    fn shrink_to_fit(&self) {
        ShrinkableKeyedStateStore::shrink_to_fit(&*self.0);
    }

    fn len(&self) -> usize {
        ShrinkableKeyedStateStore::len(&*self.0)
    }

    fn is_empty(&self) -> bool {
        ShrinkableKeyedStateStore::is_empty(&*self.0)
    }
}

/// What is left after a decision, and after a refusal how long the same request has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    All { remaining: u32 },
    Nothing { remaining: u32, wait: Duration },
}

/// So many operations a minute for each key, all of them at once if need be.
pub(super) struct Limiter<K: Hash + Eq + Clone> {
    governor: Governor<K, Shared<K>, Ticks, StateInformationMiddleware>,
    state: Arc<DashMapStateStore<K>>,
    clock: SharedClock,
    started: Duration,
    per_minute: NonZeroU32,
    /// What one operation takes to come back.
    each: Duration,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    pub(super) fn new(per_minute: u32, clock: &SharedClock) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(per_minute);
        let state = Arc::new(DashMapStateStore::default());
        let started = clock.elapsed();
        Self {
            governor: Governor::new(quota, Shared(Arc::clone(&state)), Ticks(clock.clone())),
            state,
            clock: clock.clone(),
            started,
            per_minute,
            each: quota.replenish_interval().max(Duration::from_nanos(1)),
        }
    }

    pub(super) const fn per_minute(&self) -> u32 {
        self.per_minute.get()
    }

    /// Takes all of the cost or nothing.
    pub(super) fn take(&self, key: &K, cost: NonZeroU32) -> Taken {
        // More than there ever is at once is let through when all of it is there.
        let cost = cost.min(self.per_minute);
        let Ok(result) = self.governor.check_key_n(key, cost) else {
            return Taken::Nothing {
                remaining: self.remaining(key),
                wait: Duration::from_mins(1),
            };
        };
        match result {
            Ok(snapshot) => Taken::All {
                remaining: snapshot.remaining_burst_capacity(),
            },
            Err(not_until) => {
                let wait = not_until.wait_time_from(Nanos::from(self.clock.elapsed()));
                Taken::Nothing {
                    remaining: cost
                        .get()
                        .saturating_sub(self.operations(wait))
                        .min(cost.get() - 1),
                    wait,
                }
            }
        }
    }

    /// What could be taken at once.
    pub(super) fn remaining(&self, key: &K) -> u32 {
        if !self.knows(key) {
            return self.per_minute.get();
        }
        // Governor keeps the moment at which everything is there again. Looking at it is refusing to replace it.
        let full_at = self
            .state
            .measure_and_replace(key, Err::<((), Nanos), _>)
            .err()
            .flatten()
            .map_or(Duration::ZERO, |full_at| {
                Duration::from_nanos(full_at.as_u64())
            });
        let now = self.clock.elapsed().saturating_sub(self.started);
        self.per_minute
            .get()
            .saturating_sub(self.operations(full_at.saturating_sub(now)))
    }

    /// Whether anything is kept of this key.
    pub(super) fn knows(&self, key: &K) -> bool {
        self.state.contains_key(key)
    }

    /// How many operations come back in so much time; one that is under way is counted.
    fn operations(&self, time: Duration) -> u32 {
        u32::try_from(time.as_nanos().div_ceil(self.each.as_nanos())).unwrap_or(u32::MAX)
    }

    /// Forgets keys whose quota is full again.
    pub(super) fn forget_idle(&self) {
        self.governor.retain_recent();
        self.governor.shrink_to_fit();
    }

    /// Keys that are kept.
    pub(super) fn len(&self) -> usize {
        self.governor.len()
    }
}
