//! What waits for the writer. Tenants take turns, so that one of them cannot starve the others.

use std::collections::{HashMap, HashSet, VecDeque};

use coop_engine::{Command, MemoryBook, WaiterId};

use super::{Refused, job::Job, mutation::Queued};
use crate::{model::TenantId, store::StoreError};

/// Renew and release are never refused for their rate, so this is what bounds a tenant's share of the queue.
const MOST_QUEUED_PER_TENANT: usize = 1_000;
/// Commands decided and committed together. Above this a batch only gets longer, not cheaper per command.
const MOST_PER_BATCH: usize = 512;
/// Mutations done between two batches.
const MOST_MUTATIONS: usize = 16;

/// A book that was loaded for its tenant's waiting commands.
pub(super) struct Arrival {
    pub(super) tenant: TenantId,
    pub(super) book: Result<MemoryBook, StoreError>,
}

/// What the writer does next.
#[derive(Default)]
pub(super) struct Work {
    pub(super) arrivals: Vec<Arrival>,
    pub(super) mutations: Vec<Box<dyn Queued>>,
    pub(super) jobs: Vec<(TenantId, Job)>,
    /// Whether somebody's reservations may have expired.
    pub(super) tick: bool,
    /// Whether nobody is to wait any longer.
    pub(super) end_waits: bool,
}

#[derive(Default)]
pub(super) struct Queue {
    by_tenant: HashMap<TenantId, VecDeque<Job>>,
    /// Tenants with something queued, each once, in the order of their turns.
    turns: VecDeque<TenantId>,
    /// Tenants whose book is being loaded: they have no turn.
    parked: HashSet<TenantId>,
    mutations: VecDeque<Box<dyn Queued>>,
    arrivals: Vec<Arrival>,
    /// Requests that wait and whose clients are gone. They are few, and each was admitted before.
    leaving: HashMap<TenantId, Vec<WaiterId>>,
    tick: bool,
    end_waits: bool,
    closed: bool,
}

impl Queue {
    /// Asks the writer to look for what has expired.
    pub(super) const fn tick(&mut self) {
        self.tick = true;
    }

    /// Lets a request wait no longer.
    pub(super) fn leave(&mut self, tenant: TenantId, waiter: WaiterId) {
        self.leaving.entry(tenant).or_default().push(waiter);
    }

    /// Asks the writer to refuse everybody who waits.
    pub(super) const fn end_waits(&mut self) {
        self.end_waits = true;
    }

    /// Queues a command.
    pub(super) fn push(&mut self, tenant: TenantId, job: Job) -> Result<(), Refused> {
        if self.closed {
            return Err(Refused::Unavailable);
        }
        let queue = self.by_tenant.entry(tenant).or_default();
        if queue.len() >= MOST_QUEUED_PER_TENANT {
            return Err(Refused::Unavailable);
        }
        queue.push_back(job);
        if queue.len() == 1 && !self.parked.contains(&tenant) {
            self.turns.push_back(tenant);
        }
        Ok(())
    }

    pub(super) fn push_mutation(&mut self, mutation: Box<dyn Queued>) -> bool {
        if !self.closed {
            self.mutations.push_back(mutation);
        }
        !self.closed
    }

    pub(super) fn push_arrival(&mut self, arrival: Arrival) {
        self.arrivals.push(arrival);
    }

    /// Refuses everything from now on; what is queued is still done.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether everything that was ever queued is done.
    pub(super) fn is_drained(&self) -> bool {
        self.closed
            && self.by_tenant.is_empty()
            && self.mutations.is_empty()
            && self.parked.is_empty()
    }

    /// The one command that waits, if there is nothing else to do.
    pub(super) fn take_lone(&mut self) -> Option<(TenantId, Job)> {
        let tenant = *self.turns.front()?;
        let is_alone = self.turns.len() == 1
            && self.mutations.is_empty()
            && self.arrivals.is_empty()
            && self.leaving.is_empty()
            && !self.tick
            && !self.end_waits
            && self
                .by_tenant
                .get(&tenant)
                .is_some_and(|queue| queue.len() == 1);
        if !is_alone {
            return None;
        }
        self.turns.clear();
        let job = self.by_tenant.remove(&tenant)?.pop_front()?;
        Some((tenant, job))
    }

    /// Puts jobs back in front and gives their tenant no turn until its book is there. Answers whether somebody has to
    /// fetch it: false when it is on its way.
    #[must_use]
    pub(super) fn park(&mut self, tenant: TenantId, jobs: Vec<Job>) -> bool {
        let is_first = self.parked.insert(tenant);
        self.turns.retain(|turn| *turn != tenant);
        let queue = self.by_tenant.entry(tenant).or_default();
        for job in jobs.into_iter().rev() {
            queue.push_front(job);
        }
        is_first
    }

    /// Takes back what did not find room in a batch, before everything else, in the same order.
    pub(super) fn take_back(&mut self, jobs: Vec<(TenantId, Job)>) {
        for (tenant, job) in jobs.into_iter().rev() {
            let queue = self.by_tenant.entry(tenant).or_default();
            queue.push_front(job);
            self.turns.retain(|turn| *turn != tenant);
            if !self.parked.contains(&tenant) {
                self.turns.push_front(tenant);
            }
        }
    }

    /// Gives a parked tenant its turns back.
    pub(super) fn unpark(&mut self, tenant: TenantId) {
        if self.parked.remove(&tenant) && self.by_tenant.contains_key(&tenant) {
            self.turns.push_back(tenant);
        }
    }

    /// Takes all of a tenant's commands out, to refuse them.
    pub(super) fn drain(&mut self, tenant: TenantId) -> VecDeque<Job> {
        self.turns.retain(|turn| *turn != tenant);
        self.by_tenant.remove(&tenant).unwrap_or_default()
    }

    /// Takes what is next: a command of each tenant in turn until the batch is full.
    pub(super) fn take(&mut self) -> Work {
        let mutations = self.mutations.len().min(MOST_MUTATIONS);
        let mut work = Work {
            arrivals: std::mem::take(&mut self.arrivals),
            mutations: self.mutations.drain(..mutations).collect(),
            jobs: Vec::new(),
            tick: std::mem::take(&mut self.tick),
            end_waits: std::mem::take(&mut self.end_waits),
        };
        let leaving = self.leaving.drain();
        let leaving = leaving.map(|(tenant, waiters)| (tenant, Job::own(Command::Leave(waiters))));
        work.jobs.extend(leaving);
        while work.jobs.len() < MOST_PER_BATCH
            && let Some(tenant) = self.turns.pop_front()
        {
            let Some(queue) = self.by_tenant.get_mut(&tenant) else {
                continue;
            };
            let Some(job) = queue.pop_front() else {
                continue;
            };
            work.jobs.push((tenant, job));
            if queue.is_empty() {
                self.by_tenant.remove(&tenant);
            } else {
                self.turns.push_back(tenant);
            }
        }
        work
    }
}

impl Work {
    pub(super) fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
            && self.mutations.is_empty()
            && self.jobs.is_empty()
            && !self.tick
            && !self.end_waits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job::own(Command::Expire)
    }

    fn tenant(id: i64) -> TenantId {
        TenantId::from_i64(id)
    }

    #[test]
    fn a_quiet_tenant_is_served_in_the_first_round_of_a_busy_one() {
        let mut queue = Queue::default();
        for _ in 0..900 {
            queue.push(tenant(1), job()).expect("room");
        }
        queue.push(tenant(2), job()).expect("room");
        let batch = queue.take();
        assert_eq!(batch.jobs.len(), MOST_PER_BATCH);
        assert_eq!(batch.jobs[1].0, tenant(2));
    }

    #[test]
    fn more_than_a_thousand_waiting_commands_of_one_tenant_are_refused_and_others_are_not() {
        let mut queue = Queue::default();
        for _ in 0..MOST_QUEUED_PER_TENANT {
            queue.push(tenant(1), job()).expect("room");
        }
        assert!(matches!(
            queue.push(tenant(1), job()),
            Err(Refused::Unavailable)
        ));
        assert!(queue.push(tenant(2), job()).is_ok());
    }

    #[test]
    fn a_parked_tenant_keeps_its_order_and_gets_no_turn() {
        let mut queue = Queue::default();
        queue.push(tenant(1), job()).expect("room");
        queue.push(tenant(1), job()).expect("room");
        let mut taken = queue.take().jobs;
        let second = taken.remove(1).1;
        let first = taken.remove(0).1;
        assert!(queue.park(tenant(1), vec![first, second]));
        queue.push(tenant(1), job()).expect("room");
        assert!(queue.take().is_empty());
        queue.unpark(tenant(1));
        assert_eq!(queue.take().jobs.len(), 3);
    }

    #[test]
    fn what_is_taken_back_keeps_its_order_and_comes_first() {
        let mut queue = Queue::default();
        for (of, count) in [(1, 2), (2, 1), (3, 1)] {
            for _ in 0..count {
                queue.push(tenant(of), job()).expect("room");
            }
        }
        let mut taken = queue.take().jobs;
        let order = |jobs: &[(TenantId, Job)]| {
            let of = |(tenant, _): &(TenantId, Job)| tenant.as_i64();
            jobs.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(order(&taken), [1, 2, 3, 1]);
        queue.push(tenant(4), job()).expect("room");
        queue.take_back(taken.split_off(1));
        assert_eq!(order(&queue.take().jobs), [2, 3, 1, 4]);
        assert!(queue.park(tenant(5), vec![job()]));
        queue.take_back(vec![(tenant(5), job())]);
        assert!(queue.take().is_empty());
        queue.unpark(tenant(5));
        assert_eq!(order(&queue.take().jobs), [5, 5]);
    }

    #[test]
    fn the_book_of_a_parked_tenant_is_fetched_once() {
        let mut queue = Queue::default();
        assert!(queue.park(tenant(1), vec![job()]));
        assert!(!queue.park(tenant(1), vec![job()]));
        queue.unpark(tenant(1));
        assert_eq!(queue.take().jobs.len(), 2);
        assert!(queue.park(tenant(1), vec![job()]));
    }

    #[test]
    fn a_closed_queue_takes_nothing_more_and_is_drained_when_what_it_had_is_done() {
        let mut queue = Queue::default();
        queue.push(tenant(1), job()).expect("room");
        queue.close();
        assert!(queue.push(tenant(1), job()).is_err());
        assert!(!queue.is_drained());
        queue.take();
        assert!(queue.is_drained());
    }
}
