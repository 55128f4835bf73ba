//! How a key is used: counted in words of memory, so that a request pays next to nothing for it.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use coop_engine::Time;

use super::{day_count::DayCount, hour_counts::HourCounts};
use crate::{
    client::Client,
    model::{ApiKeyId, ApiKeyUsage, Day, TenantId},
};

/// A key's use, shared by all values that it has and had.
#[derive(Debug)]
pub struct KeyUsage {
    key: ApiKeyId,
    tenant: TenantId,
    requests: DayCount,
    refusals: DayCount,
    current: Uses,
    former: Uses,
    /// Event streams that are open.
    pub(super) streams: AtomicU64,
    pub(super) hours: HourCounts,
    minutes: Minutes,
    pub(super) is_listed: AtomicBool,
}

/// What goes on with a key at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyAtWork {
    /// Event streams that are open.
    pub streams: u64,
    /// Requests in the last whole minute, about, or in this one if there were more already.
    pub requests_a_minute: u64,
}

/// How many in this minute and in the one before. Those who note at the turn of a minute may lose one another's: it is about
/// so many.
#[derive(Debug, Default)]
struct Minutes {
    minute: AtomicI64,
    now: AtomicU64,
    before: AtomicU64,
}

impl Minutes {
    fn note(&self, at: Time) {
        self.turn(at);
        self.now.fetch_add(1, Ordering::Relaxed);
    }

    fn turn(&self, at: Time) {
        let minute = at.as_micros() / 60_000_000;
        let counted = self.minute.load(Ordering::Relaxed);
        if counted == minute {
            return;
        }
        let is_first = self
            .minute
            .compare_exchange(counted, minute, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok();
        if is_first {
            let last = self.now.swap(0, Ordering::Relaxed);
            let before = if counted + 1 == minute { last } else { 0 };
            self.before.store(before, Ordering::Relaxed);
        }
    }

    fn about(&self, at: Time) -> u64 {
        self.turn(at);
        let (now, before) = (&self.now, &self.before);
        now.load(Ordering::Relaxed)
            .max(before.load(Ordering::Relaxed))
    }
}

/// When and by whom.
#[derive(Debug, Default)]
struct Uses {
    count: AtomicU64,
    /// 0 for never.
    last_at: AtomicI64,
    /// Of the last client, so that one who comes again costs a comparison.
    fingerprint: AtomicU64,
    last: Mutex<Last>,
}

#[derive(Clone, Debug, Default)]
struct Last {
    from: Option<String>,
    user_agent: Option<String>,
}

impl Uses {
    fn note(&self, at: Time, client: &Client<'_>) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.last_at.fetch_max(at.as_micros(), Ordering::Relaxed);
        let fingerprint = client.fingerprint();
        if self.fingerprint.load(Ordering::Relaxed) != fingerprint {
            let mut last = self.last();
            self.fingerprint.store(fingerprint, Ordering::Relaxed);
            *last = Last {
                from: client.prefix().map(|prefix| prefix.to_string()),
                user_agent: client.user_agent(),
            };
        }
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last_at(&self) -> Option<Time> {
        let at = self.last_at.load(Ordering::Relaxed);
        (at != 0).then(|| Time::from_micros(at))
    }
}

impl KeyUsage {
    /// Of a key that was never used.
    pub(super) fn new(key: ApiKeyId, tenant: TenantId) -> Self {
        Self {
            key,
            tenant,
            requests: DayCount::default(),
            refusals: DayCount::default(),
            current: Uses::default(),
            former: Uses::default(),
            streams: AtomicU64::new(0),
            // What it is called, its credential knows.
            hours: HourCounts::new(tenant, key.into(), ""),
            minutes: Minutes::default(),
            is_listed: AtomicBool::new(false),
        }
    }

    pub(super) fn restored(stored: ApiKeyUsage) -> Self {
        let uses = |count, at: Option<Time>, from, user_agent| Uses {
            count: AtomicU64::new(count),
            last_at: AtomicI64::new(at.map_or(0, Time::as_micros)),
            fingerprint: AtomicU64::new(0),
            last: Mutex::new(Last { from, user_agent }),
        };
        Self {
            requests: DayCount::new(stored.day, stored.requests_today),
            refusals: DayCount::new(stored.day, stored.refusals_today),
            current: uses(
                0,
                stored.last_used_at,
                stored.last_used_from,
                stored.user_agent,
            ),
            former: uses(
                stored.old_value_uses_since_rotation,
                stored.old_value_last_used_at,
                stored.old_value_last_used_from,
                None,
            ),
            ..Self::new(stored.key, stored.tenant)
        }
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> ApiKeyId {
        self.key
    }

    pub(super) fn note_use(&self, at: Time, client: &Client<'_>) {
        // Without a limit it is never refused.
        let _ = self.requests.add(Day::of(at), 1, None);
        self.current.note(at, client);
        self.minutes.note(at);
    }

    pub(super) fn note_refusal(&self, at: Time) {
        let _ = self.refusals.add(Day::of(at), 1, None);
    }

    /// What goes on with the present value at this moment.
    #[must_use]
    pub fn at_work(&self, now: Time) -> KeyAtWork {
        KeyAtWork {
            streams: self.streams.load(Ordering::Relaxed),
            requests_a_minute: self.minutes.about(now),
        }
    }

    pub(super) fn note_former_use(&self, at: Time, client: &Client<'_>) {
        self.former.note(at, client);
    }

    /// Counts the uses of former values from the beginning: there is a new one that everybody has to learn.
    pub(super) fn forget_former_uses(&self) {
        let mut last = self.former.last();
        self.former.count.store(0, Ordering::Relaxed);
        self.former.last_at.store(0, Ordering::Relaxed);
        self.former.fingerprint.store(0, Ordering::Relaxed);
        *last = Last::default();
    }

    /// All of it, with the counts of `day`.
    #[must_use]
    pub fn on(&self, day: Day) -> ApiKeyUsage {
        let last = self.current.last().clone();
        ApiKeyUsage {
            key: self.key,
            tenant: self.tenant,
            last_used_at: self.current.last_at(),
            last_used_from: last.from,
            user_agent: last.user_agent,
            day,
            requests_today: self.requests.on(day),
            refusals_today: self.refusals.on(day),
            old_value_uses_since_rotation: self.former.count.load(Ordering::Relaxed),
            old_value_last_used_at: self.former.last_at(),
            old_value_last_used_from: self.former.last().from.clone(),
        }
    }

    /// All of it, as it is to be kept.
    #[must_use]
    pub fn latest(&self) -> ApiKeyUsage {
        self.on(self.requests.read().0)
    }
}
