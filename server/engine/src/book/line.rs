use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{Ticket, TicketId, Time};

/// Those who wait, in order.
#[derive(Debug, Default)]
pub(super) struct Line {
    tickets: BTreeMap<TicketId, Arc<Ticket>>,
    deadlines: BTreeSet<(Time, TicketId)>,
}

impl Line {
    /// Adds a ticket. Answers whether its place was free.
    #[must_use]
    pub(super) fn put(&mut self, ticket: &Arc<Ticket>) -> bool {
        if self.tickets.contains_key(&ticket.id) {
            return false;
        }
        self.tickets.insert(ticket.id, Arc::clone(ticket));
        self.deadlines.insert((ticket.deadline(), ticket.id));
        true
    }

    /// Removes a ticket. Answers whether just that was there.
    #[must_use]
    pub(super) fn remove(&mut self, ticket: &Arc<Ticket>) -> bool {
        if self.tickets.get(&ticket.id) != Some(ticket) {
            return false;
        }
        self.tickets.remove(&ticket.id);
        self.deadlines.remove(&(ticket.deadline(), ticket.id));
        true
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        self.tickets.values()
    }

    pub(super) fn next(&self) -> Option<Time> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }
}
