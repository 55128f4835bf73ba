//! The line as it is by now.
//!
//! Most decisions have nothing to do with the thousand who may wait. So the line is the book's until something in it
//! changes, and where it can be told by a name who is meant, only those are looked at.

use std::sync::Arc;

use super::draft::Draft;
use crate::{Book, Principal, ResourceName, Ticket};

impl<B: Book> Draft<'_, B> {
    /// All tickets, in order.
    pub(super) fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        let in_book = self.line.is_none().then(|| self.book.tickets());
        let changed = self.line.iter().flatten();
        in_book.into_iter().flatten().chain(changed)
    }

    /// Whether nobody waits.
    pub(super) fn is_line_empty(&self) -> bool {
        self.tickets().next().is_none()
    }

    /// The line, to be changed: from now on a copy.
    pub(super) fn line_mut(&mut self) -> &mut Vec<Arc<Ticket>> {
        let book = self.book;
        self.line
            .get_or_insert_with(|| book.tickets().cloned().collect())
    }

    /// The tickets that may have to do with somebody who asks for these names, in order: his own, and those before or
    /// behind him. Most often few; never less than all of them.
    pub(super) fn tickets_about<'s, 'n>(
        &'s self,
        names: impl Iterator<Item = &'n ResourceName> + Clone,
    ) -> Vec<&'s Arc<Ticket>> {
        if self.line.is_some() || !names.clone().all(|name| self.is_alone(name)) {
            return self.tickets().collect();
        }
        let mut found = Vec::new();
        for name in names {
            found.extend(self.tickets_for(name));
        }
        found.sort_unstable_by_key(|ticket| ticket.id);
        found.dedup_by_key(|ticket| ticket.id);
        found
    }

    /// Whether some ticket may have become possible. If not, none has.
    pub(super) fn is_anybody_concerned(&self) -> bool {
        let stir = &self.stir;
        if stir.is_for_everybody() || self.line.is_some() || !stir.names().all(|n| self.is_alone(n))
        {
            return self.tickets().any(|ticket| self.concerns(ticket));
        }
        stir.names()
            .any(|name| self.tickets_for(name).next().is_some())
            || stir
                .principals()
                .any(|who| self.book.tickets_of(who).next().is_some())
    }

    /// Whether somebody has waited long enough.
    pub(super) fn is_anybody_due(&self) -> bool {
        let Some(line) = &self.line else {
            return self.book.tickets_due(self.now).next().is_some();
        };
        line.iter().any(|ticket| ticket.deadline() <= self.now)
    }

    /// What those who wait will hold: all, or one principal.
    pub(super) fn waited_for(&self, of: Option<&Principal>) -> u64 {
        let sum = |sum: u64, ticket: &Arc<Ticket>| sum.saturating_add(ticket.weight());
        match (&self.line, of) {
            (None, None) => self.book.waited_for(),
            (None, Some(who)) => self.book.tickets_of(who).fold(0, sum),
            (Some(line), _) => line
                .iter()
                .filter(|ticket| of.is_none_or(|who| ticket.principal == *who))
                .fold(0, sum),
        }
    }

    /// Whether it has nothing to do with any other name: it has no definition, is no slot and stands in no tree. What
    /// has to do with it names it.
    fn is_alone(&self, name: &ResourceName) -> bool {
        !self.has_definitions()
            || (self.owner(name.as_str()).is_none() && self.place(name.as_str()).is_none())
    }

    fn tickets_for<'s>(&'s self, name: &ResourceName) -> impl Iterator<Item = &'s Arc<Ticket>> {
        self.book.tickets_for(name.as_str())
    }
}
