use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
    sync::Arc,
};

use crate::{Principal, Reservation, ResourceName, Ticket, TicketId, Time};

/// Those who wait, in order, and found by what they wait for, by who they are, and by when they have waited enough.
#[derive(Debug, Default)]
pub(super) struct Line {
    tickets: Tickets,
    /// By the names that are wanted, and by what stands above those.
    of_names: HashMap<ResourceName, Tickets>,
    of_principals: HashMap<Principal, Tickets>,
    deadlines: BTreeSet<(Time, TicketId)>,
    /// Of all tickets together.
    weight: u64,
}

#[derive(Debug, Default)]
struct Tickets(BTreeMap<TicketId, Arc<Ticket>>);

impl Line {
    /// Adds a ticket. Answers whether its place was free.
    #[must_use]
    pub(super) fn put(&mut self, ticket: &Arc<Ticket>) -> bool {
        if self.tickets.0.contains_key(&ticket.id) {
            return false;
        }
        self.tickets.put(ticket);
        for name in names(ticket) {
            self.of_names.entry(name.clone()).or_default().put(ticket);
        }
        let principal = ticket.principal.clone();
        self.of_principals.entry(principal).or_default().put(ticket);
        self.deadlines.insert((ticket.deadline(), ticket.id));
        self.weight += ticket.weight();
        true
    }

    /// Removes a ticket. Answers whether just that was there.
    #[must_use]
    pub(super) fn remove(&mut self, ticket: &Arc<Ticket>) -> bool {
        if self.tickets.0.get(&ticket.id) != Some(ticket) {
            return false;
        }
        self.tickets.0.remove(&ticket.id);
        for name in names(ticket) {
            take(&mut self.of_names, name, ticket.id);
        }
        take(&mut self.of_principals, &ticket.principal, ticket.id);
        self.deadlines.remove(&(ticket.deadline(), ticket.id));
        self.weight -= ticket.weight();
        true
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        self.tickets.0.values()
    }

    pub(super) fn of_name(&self, name: &str) -> impl Iterator<Item = &Arc<Ticket>> {
        let tickets = self.of_names.get(name).into_iter();
        tickets.flat_map(|tickets| tickets.0.values())
    }

    pub(super) fn of_principal(&self, principal: &Principal) -> impl Iterator<Item = &Arc<Ticket>> {
        let tickets = self.of_principals.get(principal).into_iter();
        tickets.flat_map(|tickets| tickets.0.values())
    }

    /// How many others wait for something that a reservation keeps from them.
    pub(super) fn kept_out_by(&self, held: &Reservation) -> usize {
        let mut waiting = BTreeSet::new();
        let mut look = |name: &str| {
            let tickets = self.of_name(name).filter(|ticket| {
                ticket.is_heard()
                    && ticket.principal != held.principal
                    && ticket.wants.iter().any(|want| held.keeps_out(want))
            });
            waiting.extend(tickets.map(|ticket| ticket.id));
        };
        // Whoever is kept out by a hold wants its node or something below it, its slot, its pool, or something above it.
        for hold in held.holds() {
            look(hold.node.as_str());
            if let Some(slot) = hold.slot {
                look(slot.pool.as_str());
                look(&slot.to_string());
            }
            for above in hold.path {
                look(above.as_str());
            }
        }
        waiting.len()
    }

    pub(super) fn due(&self, now: Time) -> impl Iterator<Item = &Arc<Ticket>> {
        let due = self.deadlines.iter().take_while(move |(at, _)| *at <= now);
        due.filter_map(|(_, id)| self.tickets.0.get(id))
    }

    pub(super) const fn weight(&self) -> u64 {
        self.weight
    }

    pub(super) fn next(&self) -> Option<Time> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }
}

impl Tickets {
    fn put(&mut self, ticket: &Arc<Ticket>) {
        self.0.insert(ticket.id, Arc::clone(ticket));
    }
}

/// Under which it is found. Some may come twice.
fn names(ticket: &Ticket) -> impl Iterator<Item = &ResourceName> {
    let wants = ticket.wants.iter();
    wants.flat_map(|want| want.path.names().iter().chain([&want.name]))
}

fn take<K: Eq + Hash>(groups: &mut HashMap<K, Tickets>, key: &K, id: TicketId) {
    if let Some(tickets) = groups.get_mut(key) {
        tickets.0.remove(&id);
        if tickets.0.is_empty() {
            groups.remove(key);
        }
    }
}
