use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Change, Decision, pool::Pool, stir::Stir};
use crate::{
    Book, Closure, Definition, Event, EventKind, Limits, Mode, Outcome, Place, Principal, Reason,
    Reservation, ResourceName, Revision, Side, Subject, Ticket, Time, WaiterId,
    book::{Closures, Holdings},
};

/// A decision in the making: the book as it was, and over it what has been decided so far.
pub(super) struct Draft<'a, B> {
    pub(super) book: &'a B,
    pub(super) now: Time,
    pub(super) limits: &'a Limits,
    revision: Revision,
    changes: Vec<Change>,
    events: Vec<Event>,
    answers: Vec<(WaiterId, Outcome)>,
    /// How many of the changes are in `begun` and `gone`. Most commands have one item, and nobody looks at the book
    /// after it.
    seen: usize,
    begun: Holdings,
    gone: Holdings,
    /// Lock delays that began. Those that are over need no telling: they say so themselves.
    pub(super) closed: Closures,
    pub(super) definitions: BTreeMap<ResourceName, Option<Arc<Definition>>>,
    /// Places in trees that have changed. Those that nothing mentions are none.
    pub(super) places: BTreeMap<ResourceName, Place>,
    /// Pools that were looked through, as long as nothing changes.
    pub(super) pools: HashMap<ResourceName, Arc<Pool>>,
    /// All tickets by now, in order; `None`: those of the book.
    pub(super) line: Option<Vec<Arc<Ticket>>>,
    /// What has happened that may let somebody in who waits.
    pub(super) stir: Stir,
}

/// A place in a draft to return to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    changes: usize,
    events: usize,
    revision: Revision,
}

impl<'a, B: Book> Draft<'a, B> {
    pub(super) fn new(book: &'a B, clock: Time, limits: &'a Limits) -> Self {
        Self {
            book,
            // Clocks are set back. If this followed, an expired reservation would come back to life.
            now: clock.max(book.last_now()),
            limits,
            revision: book.revision(),
            changes: Vec::new(),
            events: Vec::new(),
            answers: Vec::new(),
            seen: 0,
            begun: Holdings::default(),
            gone: Holdings::default(),
            closed: Closures::default(),
            definitions: BTreeMap::new(),
            places: BTreeMap::new(),
            pools: HashMap::new(),
            line: None,
            stir: Stir::default(),
        }
    }

    // --- what is so by now; after a change, only once `catch_up` was called ---

    /// Lets what follows see the changes so far.
    pub(super) fn catch_up(&mut self) {
        if self.seen < self.changes.len() {
            self.pools.clear();
        }
        for change in &self.changes[self.seen..] {
            match change {
                Change::Put(reservation) => self.begun.put(reservation),
                Change::Remove(reservation) => {
                    forget(&mut self.begun, &mut self.gone, reservation);
                }
                Change::Renew { from, to } => {
                    forget(&mut self.begun, &mut self.gone, from);
                    self.begun.put(to);
                }
                _ => {}
            }
        }
        self.seen = self.changes.len();
    }

    pub(super) fn asked(&self, name: &str, principal: &Principal) -> Option<&Arc<Reservation>> {
        self.begun.asked(name, principal).or_else(|| {
            let held = self.book.asked(name, principal)?;
            self.is_live(held).then_some(held)
        })
    }

    pub(super) fn all_asked(&self, name: &str) -> impl Iterator<Item = &Arc<Reservation>> {
        let before = self.book.all_asked(name);
        before
            .filter(|held| self.is_live(held))
            .chain(self.begun.all_asked(name))
    }

    /// The reservations that hold something there, of those that were in the book what ends first first.
    pub(super) fn holders(
        &self,
        side: Side,
        name: &str,
        mode: Mode,
    ) -> impl Iterator<Item = &Arc<Reservation>> {
        let before = self.book.holders(side, name, mode);
        before
            .filter(|held| self.is_live(held))
            .chain(self.begun.holders(side, name, mode))
    }

    /// How many holds there are.
    pub(super) fn count(
        &self,
        side: Side,
        name: &str,
        mode: Mode,
        of: Option<&Principal>,
    ) -> usize {
        let before = self.book.count(side, name, mode, of);
        let gone = self.gone.count(side, name, mode, of);
        before.saturating_sub(gone) + self.begun.count(side, name, mode, of)
    }

    /// Whether anything that has begun is held there.
    pub(super) fn begun_is_known(&self, name: &str) -> bool {
        self.begun.is_known(name)
    }

    /// What has begun under a name, holds just that, and keeps everybody else out.
    pub(super) fn begun_plainly(&self, name: &str) -> Option<&Arc<Reservation>> {
        self.begun.plain(name)
    }

    /// The lock delay that runs on a node.
    pub(super) fn closure(&self, node: &str) -> Option<&Arc<Closure>> {
        let known = [self.closed.at(node), self.book.closure(node)];
        let mut running = known.into_iter().flatten();
        running.find(|closure| closure.until > self.now)
    }

    /// The lock delays that run below a name in the tree, of those that were in the book the one that is over last first.
    pub(super) fn closures_below(&self, name: &str) -> impl Iterator<Item = &Arc<Closure>> {
        let before = self.book.closures_below(name);
        let running = before.take_while(|closure| closure.until > self.now);
        running.chain(self.closed.below(name))
    }

    pub(super) fn definition(&self, name: &str) -> Option<&Arc<Definition>> {
        match self.definitions.get(name) {
            Some(known) => known.as_ref(),
            None => self.book.definition(name),
        }
    }

    pub(super) fn place(&self, name: &str) -> Option<&Place> {
        match self.places.get(name) {
            Some(place) => (place.mentions > 0).then_some(place),
            None => self.book.place(name),
        }
    }

    /// Whether something of the book is still there.
    fn is_live(&self, held: &Reservation) -> bool {
        if self.gone.is_empty() {
            return true;
        }
        let gone = self.gone.asked(held.resource.as_str(), &held.principal);
        gone.is_none_or(|gone| gone.fencing_token != held.fencing_token)
    }

    // --- steps ---

    /// The revision of the last event.
    pub(super) const fn revision(&self) -> Revision {
        self.revision
    }

    /// The revision that the next event will have.
    pub(super) fn next_revision(&self) -> Revision {
        self.revision.next()
    }

    /// The reservation begins.
    pub(super) fn begin(&mut self, reservation: &Arc<Reservation>, transaction: Option<Arc<str>>) {
        self.changes.push(Change::Put(Arc::clone(reservation)));
        // What is granted lets nobody in but the one who has it, who may wait for it as well or share it with himself.
        if !self.is_line_empty() {
            self.stir.granted(&reservation.principal);
        }
        let label = Arc::clone(&reservation.label);
        let subject = Subject::Reservation(Arc::clone(reservation));
        self.tell(EventKind::Reserved, subject, label);
        if let Some(event) = self.events.last_mut() {
            event.transaction = transaction;
        }
    }

    /// The reservation ends. `kind` says how, `label` by whose doing.
    pub(super) fn end(
        &mut self,
        reservation: &Arc<Reservation>,
        kind: EventKind,
        label: Arc<str>,
        reason: Option<Reason>,
    ) {
        self.changes.push(Change::Remove(Arc::clone(reservation)));
        if !self.is_line_empty() {
            self.stir_by_end(reservation);
        }
        let subject = Subject::Reservation(Arc::clone(reservation));
        self.tell(kind, subject, label);
        if let Some(event) = self.events.last_mut() {
            event.reason = reason;
        }
    }

    /// A step with an event that has no reason of its own.
    pub(super) fn step(
        &mut self,
        change: Change,
        kind: EventKind,
        subject: Subject,
        label: Arc<str>,
    ) {
        self.changes.push(change);
        self.tell(kind, subject, label);
    }

    /// A step without an event.
    pub(super) fn quietly(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(super) fn answer(&mut self, waiter: WaiterId, outcome: Outcome) {
        self.answers.push((waiter, outcome));
    }

    fn tell(&mut self, kind: EventKind, subject: Subject, label: Arc<str>) {
        self.revision = self.revision.next();
        self.events.push(Event {
            revision: self.revision,
            kind,
            subject,
            label,
            at: self.now,
            reason: None,
            transaction: None,
        });
    }

    // --- undoing ---

    /// The place after the steps so far.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            changes: self.changes.len(),
            events: self.events.len(),
            revision: self.revision,
        }
    }

    /// The reservations that have begun since the mark.
    pub(super) fn granted_since(&self, mark: Mark) -> impl Iterator<Item = &Arc<Reservation>> {
        self.changes[mark.changes..]
            .iter()
            .filter_map(|change| match change {
                Change::Put(reservation) => Some(reservation),
                _ => None,
            })
    }

    /// Undoes all steps after the mark, of which none but grants may be.
    pub(super) fn undo_to(&mut self, mark: Mark) {
        for change in self.changes[mark.changes..self.seen.max(mark.changes)]
            .iter()
            .rev()
        {
            if let Change::Put(reservation) = change {
                self.begun.remove(reservation);
            }
        }
        self.seen = self.seen.min(mark.changes);
        self.pools.clear();
        self.changes.truncate(mark.changes);
        self.events.truncate(mark.events);
        self.revision = mark.revision;
    }

    pub(super) fn finish(self, outcome: Outcome) -> Decision {
        Decision {
            now: self.now,
            outcome,
            answers: self.answers,
            changes: self.changes,
            events: self.events,
            revision: self.revision,
        }
    }
}

/// Takes away what has ended: what began in the draft is as if it had never been.
fn forget(begun: &mut Holdings, gone: &mut Holdings, reservation: &Arc<Reservation>) {
    let known = begun.asked(reservation.resource.as_str(), &reservation.principal);
    if known.is_some_and(|known| known.fencing_token == reservation.fencing_token) {
        begun.remove(reservation);
    } else {
        gone.put(reservation);
    }
}
