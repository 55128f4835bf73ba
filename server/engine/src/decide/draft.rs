use std::sync::Arc;

use super::{Change, Decision};
use crate::{Book, Event, EventKind, Outcome, Reservation, Revision, Time};

/// A decision in the making: the book as it was, and over it what has been decided so far.
pub(super) struct Draft<'a, B> {
    pub(super) book: &'a B,
    pub(super) now: Time,
    revision: Revision,
    /// The resources that were looked at and who holds them by now, sorted by name. Most commands have one item, and
    /// for one this is cheaper than a map; for a hundred it is not slower.
    seen: Vec<(&'a str, Option<Arc<Reservation>>)>,
    /// Every step of the draft adds one change and one event.
    changes: Vec<Change>,
    events: Vec<Event>,
}

/// A place in a draft to return to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    steps: usize,
    revision: Revision,
}

impl<'a, B: Book> Draft<'a, B> {
    pub(super) fn new(book: &'a B, clock: Time) -> Self {
        Self {
            book,
            // Clocks are set back. If this followed, an expired reservation would come back to life.
            now: clock.max(book.last_now()),
            revision: book.revision(),
            seen: Vec::new(),
            changes: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Who holds the resource by now; to be set together with the step that changes it.
    pub(super) fn holder(&mut self, name: &'a str) -> &mut Option<Arc<Reservation>> {
        let place = self.seen.binary_search_by_key(&name, |(seen, _)| seen);
        let index = place.unwrap_or_else(|index| {
            let holder = self.book.holder(name).cloned();
            self.seen.insert(index, (name, holder));
            index
        });
        &mut self.seen[index].1
    }

    /// The revision that the next step will have.
    pub(super) fn next_revision(&self) -> Revision {
        self.revision.next()
    }

    /// A step: the reservation begins.
    pub(super) fn begin(&mut self, reservation: &Arc<Reservation>) {
        self.changes.push(Change::Put(Arc::clone(reservation)));
        let label = Arc::clone(&reservation.label);
        self.tell(EventKind::Reserved, reservation, label);
    }

    /// A step: the reservation ends. `kind` says how, `label` by whose doing.
    pub(super) fn end(&mut self, reservation: &Arc<Reservation>, kind: EventKind, label: Arc<str>) {
        self.changes.push(Change::Remove(Arc::clone(reservation)));
        self.tell(kind, reservation, label);
    }

    fn tell(&mut self, kind: EventKind, reservation: &Arc<Reservation>, label: Arc<str>) {
        self.revision = self.revision.next();
        self.events.push(Event {
            revision: self.revision,
            kind,
            reservation: Arc::clone(reservation),
            label,
            at: self.now,
        });
    }

    /// The place after the steps so far.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            steps: self.changes.len(),
            revision: self.revision,
        }
    }

    /// How many steps came after the mark.
    pub(super) fn steps_since(&self, mark: Mark) -> usize {
        self.changes.len() - mark.steps
    }

    /// Drops all steps after the mark and ends the decision there: what was seen meanwhile is dropped with it.
    pub(super) fn undone_to(mut self, mark: Mark, outcome: Outcome) -> Decision {
        self.changes.truncate(mark.steps);
        self.events.truncate(mark.steps);
        self.revision = mark.revision;
        self.finish(outcome)
    }

    pub(super) fn finish(self, outcome: Outcome) -> Decision {
        Decision {
            now: self.now,
            outcome,
            changes: self.changes,
            events: self.events,
            revision: self.revision,
        }
    }
}
