//! Which resources are in demand: refusals because of others, and waits.
//!
//! Neither is an event, so the log cannot tell. They are counted in memory only, since the process began: what is
//! contended now is what somebody looks for who comes here, and a row for every refusal would let a busy caller write as
//! much as he likes. A grant costs nothing here; a refusal costs a look into a table.
//!
//! The table is bounded. Of each tenant it knows the resources that are asked for most (space-saving: who is new takes the
//! place of the one counted least, and its rank with it), and of all tenants those that were counted last.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use coop_engine::Time;

use crate::model::TenantId;

/// Resources of one tenant. Names are 256 bytes at most, so all tenants together take less than 30 MB.
const RESOURCES: usize = 256;
const TENANTS: usize = 256;

/// How a resource is contended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contended {
    /// Its name.
    pub resource: String,
    /// Times that it was refused because of others.
    pub refusals: u64,
    /// Requests that waited for it and were answered, in the end, with it or without.
    pub waits: u64,
    /// How long all of them together.
    pub waited: Duration,
    /// How long the longest.
    pub longest_wait: Duration,
    /// Whether it may have been counted before and was forgotten for others: then there were at least so many.
    pub is_partial: bool,
}

#[derive(Debug, Default)]
struct Counts {
    refusals: u64,
    waits: u64,
    waited: Duration,
    longest_wait: Duration,
    /// What the one before had, whose place this is.
    inherited: u64,
}

impl Counts {
    const fn rank(&self) -> u64 {
        self.inherited + self.refusals + self.waits
    }
}

#[derive(Debug)]
struct Tenant {
    since: Time,
    last: Time,
    resources: HashMap<Box<str>, Counts>,
}

#[derive(Debug)]
struct Table {
    /// Since when a tenant is counted that is not in the table.
    since: Time,
    tenants: HashMap<TenantId, Tenant>,
}

/// The table.
#[derive(Debug)]
pub(super) struct Contention(Mutex<Table>);

impl Default for Contention {
    fn default() -> Self {
        Self::since(Time::from_micros(0))
    }
}

impl Contention {
    /// Nothing was counted before.
    pub(super) fn since(now: Time) -> Self {
        Self(Mutex::new(Table {
            since: now,
            tenants: HashMap::new(),
        }))
    }

    pub(super) fn note(
        &self,
        tenant: TenantId,
        resources: &[&str],
        waited: Option<Duration>,
        at: Time,
    ) {
        if resources.is_empty() {
            return;
        }
        let mut table = self.table();
        let tenant = table.tenant(tenant, at);
        for resource in resources {
            let counts = tenant.counts(resource);
            match waited {
                None => counts.refusals += 1,
                Some(waited) => {
                    counts.waits += 1;
                    counts.waited += waited;
                    counts.longest_wait = counts.longest_wait.max(waited);
                }
            }
        }
    }

    /// What is contended in a tenant, most first, and since when that is counted.
    pub(super) fn of(&self, tenant: TenantId) -> (Time, Vec<Contended>) {
        let table = self.table();
        let Some(tenant) = table.tenants.get(&tenant) else {
            return (table.since, Vec::new());
        };
        let all = tenant.resources.iter().map(|(name, counts)| Contended {
            resource: name.to_string(),
            refusals: counts.refusals,
            waits: counts.waits,
            waited: counts.waited,
            longest_wait: counts.longest_wait,
            is_partial: counts.inherited > 0,
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by(|a, b| {
            let demand = |one: &Contended| one.refusals + one.waits;
            demand(b)
                .cmp(&demand(a))
                .then_with(|| a.resource.cmp(&b.resource))
        });
        (tenant.since, all)
    }

    /// Forgets a tenant that is gone.
    pub(super) fn forget(&self, tenant: TenantId) {
        self.table().tenants.remove(&tenant);
    }

    /// A count that a panic has left half done is still a count.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn tenant(&mut self, id: TenantId, at: Time) -> &mut Tenant {
        if !self.tenants.contains_key(&id) && self.tenants.len() >= TENANTS {
            let oldest = self.tenants.iter().min_by_key(|(_, tenant)| tenant.last);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.tenants.remove(&oldest);
                // Whoever is not in the table may have been in it until now.
                self.since = at;
            }
        }
        let since = self.since;
        let tenant = self.tenants.entry(id).or_insert_with(|| Tenant {
            since,
            last: at,
            resources: HashMap::new(),
        });
        tenant.last = at;
        tenant
    }
}

impl Tenant {
    fn counts(&mut self, resource: &str) -> &mut Counts {
        let mut inherited = 0;
        if !self.resources.contains_key(resource) && self.resources.len() >= RESOURCES {
            let least = self
                .resources
                .iter()
                .min_by_key(|(_, counts)| counts.rank());
            if let Some((name, rank)) = least.map(|(name, counts)| (name.clone(), counts.rank())) {
                self.resources.remove(&name);
                inherited = rank;
            }
        }
        self.resources
            .entry(resource.into())
            .or_insert_with(|| Counts {
                inherited,
                ..Counts::default()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: TenantId = TenantId::from_i64(1);

    fn at(micros: i64) -> Time {
        Time::from_micros(micros)
    }

    #[test]
    fn refusals_and_waits_are_counted_by_resource_and_tenant_until_it_is_gone() {
        let contention = Contention::since(at(5));
        assert_eq!(contention.of(ONE), (at(5), vec![]));
        for _ in 0..3 {
            contention.note(ONE, &["a", "b"], None, at(6));
        }
        for seconds in [4, 2] {
            contention.note(ONE, &["b"], Some(Duration::from_secs(seconds)), at(7));
        }
        let other = TenantId::from_i64(2);
        contention.note(other, &["a"], None, at(8));
        let b = Contended {
            resource: "b".into(),
            refusals: 3,
            waits: 2,
            waited: Duration::from_secs(6),
            longest_wait: Duration::from_secs(4),
            is_partial: false,
        };
        let a = Contended {
            resource: "a".into(),
            waits: 0,
            waited: Duration::ZERO,
            longest_wait: Duration::ZERO,
            ..b.clone()
        };
        assert_eq!(contention.of(ONE), (at(5), vec![b, a]));
        contention.forget(ONE);
        assert_eq!(contention.of(ONE).1, []);
        assert_eq!(contention.of(other).1.len(), 1);
    }

    #[test]
    fn what_is_asked_for_most_stays_however_many_others_there_are() {
        let contention = Contention::since(at(0));
        for number in 0..10_000 {
            contention.note(ONE, &["hot"], None, at(1));
            let name = format!("cold {number}");
            contention.note(ONE, &[&name], None, at(1));
        }
        let (_, all) = contention.of(ONE);
        assert_eq!(all.len(), RESOURCES);
        assert_eq!((all[0].resource.as_str(), all[0].refusals), ("hot", 10_000));
        assert!(!all[0].is_partial);
        assert!(all[1..].iter().all(|one| one.refusals == 1));
        assert!(all[1..].iter().any(|one| one.is_partial));
    }

    #[test]
    fn of_too_many_tenants_the_one_counted_longest_ago_begins_anew() {
        let contention = Contention::since(at(0));
        let tenants = i64::try_from(TENANTS).expect("few");
        for id in 0..tenants {
            contention.note(TenantId::from_i64(id), &["a"], None, at(10 + id));
        }
        contention.note(TenantId::from_i64(0), &["a"], None, at(5_000));
        contention.note(TenantId::from_i64(tenants), &["a"], None, at(6_000));
        assert_eq!(contention.of(TenantId::from_i64(1)), (at(6_000), vec![]));
        let (since, kept) = contention.of(TenantId::from_i64(0));
        assert_eq!((since, kept[0].refusals), (at(0), 2));
    }
}
