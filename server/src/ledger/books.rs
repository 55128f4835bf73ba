//! The books that are in memory, and when each tenant's next reservation expires.

use std::collections::{BTreeSet, HashMap};

use coop_engine::{Book as _, MemoryBook, Time};

use crate::model::TenantId;

/// Books kept in memory without anybody asking for them. A book is loaded again in milliseconds.
const MOST_IDLE: usize = 1_000;

struct Loaded {
    book: MemoryBook,
    used_at: Time,
}

/// Loaded books, by tenant.
#[derive(Default)]
pub(super) struct Books(HashMap<TenantId, Loaded>);

impl Books {
    /// A loaded book, marked as used.
    pub(super) fn use_book(&mut self, tenant: TenantId, now: Time) -> Option<&mut MemoryBook> {
        let loaded = self.0.get_mut(&tenant)?;
        loaded.used_at = now;
        Some(&mut loaded.book)
    }

    pub(super) fn insert(&mut self, tenant: TenantId, book: MemoryBook, now: Time) {
        if self.0.len() >= 2 * MOST_IDLE {
            self.evict();
        }
        self.0.insert(tenant, Loaded { book, used_at: now });
    }

    /// Forgets a book that may be ahead of the store.
    pub(super) fn drop_book(&mut self, tenant: TenantId) {
        self.0.remove(&tenant);
    }

    pub(super) fn book(&self, tenant: TenantId) -> Option<&MemoryBook> {
        self.0.get(&tenant).map(|loaded| &loaded.book)
    }

    /// Keeps the [`MOST_IDLE`] books used last. Between batches every book equals the store, so nothing is lost.
    fn evict(&mut self) {
        let mut ages: Vec<Time> = self.0.values().map(|loaded| loaded.used_at).collect();
        ages.sort_unstable();
        let Some(oldest_kept) = ages
            .len()
            .checked_sub(MOST_IDLE)
            .and_then(|at| ages.get(at).copied())
        else {
            return;
        };
        // Those who wait are in the book and nowhere else.
        self.0.retain(|_, loaded| {
            loaded.used_at >= oldest_kept || loaded.book.tickets().next().is_some()
        });
    }
}

/// When each tenant's next reservation expires, loaded or not.
#[derive(Default)]
pub(super) struct Deadlines {
    in_order: BTreeSet<(Time, TenantId)>,
    by_tenant: HashMap<TenantId, Time>,
}

impl Deadlines {
    pub(super) fn set(&mut self, tenant: TenantId, deadline: Option<Time>) {
        if self.by_tenant.get(&tenant).copied() == deadline {
            return;
        }
        if let Some(old) = self.by_tenant.remove(&tenant) {
            self.in_order.remove(&(old, tenant));
        }
        if let Some(deadline) = deadline {
            self.in_order.insert((deadline, tenant));
            self.by_tenant.insert(tenant, deadline);
        }
    }

    pub(super) fn next(&self) -> Option<Time> {
        self.in_order.first().map(|(deadline, _)| *deadline)
    }

    /// Tenants with something due, longest overdue first, at most `limit`.
    pub(super) fn due(&self, now: Time, limit: usize) -> Vec<TenantId> {
        self.in_order
            .iter()
            .take_while(|(deadline, _)| *deadline <= now)
            .take(limit)
            .map(|(_, tenant)| *tenant)
            .collect()
    }
}

/// What a book says of its next deadline.
pub(super) fn deadline_of(book: Option<&MemoryBook>) -> Option<Time> {
    book.and_then(MemoryBook::next_deadline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_deadline_is_the_earliest_of_all_tenants_and_moves_with_them() {
        let (a, b) = (TenantId::from_i64(1), TenantId::from_i64(2));
        let at = Time::from_micros;
        let mut deadlines = Deadlines::default();
        deadlines.set(a, Some(at(50)));
        deadlines.set(b, Some(at(30)));
        assert_eq!(deadlines.next(), Some(at(30)));
        assert_eq!(deadlines.due(at(40), 10), [b]);
        deadlines.set(b, Some(at(60)));
        assert_eq!(deadlines.next(), Some(at(50)));
        deadlines.set(a, None);
        deadlines.set(b, None);
        assert_eq!(deadlines.next(), None);
    }

    #[test]
    fn of_many_idle_books_the_ones_used_last_stay() {
        let mut books = Books::default();
        let many = i64::try_from(2 * MOST_IDLE).expect("small");
        for id in 0..=many {
            let book = MemoryBook::new(coop_engine::Revision::new(0), Time::from_micros(0));
            books.insert(TenantId::from_i64(id), book, Time::from_micros(id));
        }
        assert!(books.book(TenantId::from_i64(0)).is_none());
        assert!(books.book(TenantId::from_i64(many)).is_some());
        assert_eq!(books.0.len(), MOST_IDLE + 1);
    }
}
