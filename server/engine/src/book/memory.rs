use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::Arc,
};

use super::{
    Book, Closures, Corrupt, Holdings, Place, Side, catalogue::Catalogue, exclusive, line::Line,
};
use crate::{
    Change, Closure, Decision, Definition, Mode, Principal, Reservation, ResourceName, Revision,
    Ticket, Time,
};

/// A tenant's book in memory.
#[derive(Debug)]
pub struct MemoryBook {
    revision: Revision,
    last_now: Time,
    active: u64,
    holdings: Holdings,
    deadlines: BTreeMap<(Time, Revision), Arc<Reservation>>,
    /// How many each principal holds that has an issuer.
    of_principals: HashMap<Principal, u64>,
    closures: Closures,
    catalogue: Catalogue,
    line: Line,
}

impl MemoryBook {
    /// A book with nothing in it: that of a new tenant, or one about to be restored.
    #[must_use]
    pub fn new(revision: Revision, last_now: Time) -> Self {
        Self {
            revision,
            last_now,
            active: 0,
            holdings: Holdings::default(),
            deadlines: BTreeMap::new(),
            of_principals: HashMap::new(),
            closures: Closures::default(),
            catalogue: Catalogue::default(),
            line: Line::default(),
        }
    }

    /// Puts back what was stored.
    ///
    /// # Errors
    /// If two of them hold the same resource, or a fencing token is above the book's revision or occurs twice among
    /// equal deadlines. The book is of no use then.
    pub fn restore<R>(&mut self, reservations: impl IntoIterator<Item = R>) -> Result<(), Corrupt>
    where
        R: Into<Arc<Reservation>>,
    {
        let reservations = reservations.into_iter();
        self.holdings.reserve(reservations.size_hint().0);
        for reservation in reservations {
            let reservation = reservation.into();
            if reservation.fencing_token > self.revision {
                return Err(Corrupt::FencingToken(reservation.fencing_token));
            }
            self.put(&reservation)?;
        }
        Ok(())
    }

    /// Puts back definitions that were stored.
    ///
    /// # Errors
    /// If a name is defined twice, or stands in two places of the tree. The book is of no use then.
    pub fn restore_definitions(
        &mut self,
        definitions: impl IntoIterator<Item = Definition>,
    ) -> Result<(), Corrupt> {
        for definition in definitions {
            self.make(&Change::Define(Arc::new(definition)))?;
        }
        Ok(())
    }

    /// Puts back lock delays that were stored.
    ///
    /// # Errors
    /// If a node is closed twice. The book is of no use then.
    pub fn restore_closures(
        &mut self,
        closures: impl IntoIterator<Item = Closure>,
    ) -> Result<(), Corrupt> {
        for closure in closures {
            self.make(&Change::Close(Arc::new(closure)))?;
        }
        Ok(())
    }

    /// Makes a decision's changes, having checked them without regard to the rules by which it was decided: a wrong
    /// rule, or a decision applied twice or to another book, fails here before it can become durable.
    ///
    /// # Errors
    /// If a hold would come beside another that excludes it, what is to be changed is not as the decision found it, the
    /// revisions have a gap or do not grow, or time runs backwards. The book is as it was before.
    pub fn apply(&mut self, decision: &Decision) -> Result<(), Corrupt> {
        self.check_order(decision)?;
        for (index, change) in decision.changes.iter().enumerate() {
            if let Err(corrupt) = self.make(change) {
                self.take_back(&decision.changes[..index]);
                return Err(corrupt);
            }
        }
        self.revision = decision.revision;
        self.last_now = decision.now;
        Ok(())
    }

    /// All reservations, those that are due included, in no order.
    pub fn reservations(&self) -> impl Iterator<Item = &Arc<Reservation>> {
        self.holdings.all()
    }

    /// All definitions, in the order of their names.
    pub fn all_definitions(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.catalogue.definitions.values()
    }

    /// The definitions whose names come after `name`, at most `limit`, in order.
    pub fn definitions_after(
        &self,
        name: &str,
        limit: usize,
    ) -> impl Iterator<Item = &Arc<Definition>> {
        let after = (Bound::Excluded(name), Bound::Unbounded);
        let definitions = self.catalogue.definitions.range::<str, _>(after);
        definitions.map(|(_, definition)| definition).take(limit)
    }

    /// How many others wait for something that this reservation keeps from them.
    #[must_use]
    pub fn waiting_for(&self, held: &Reservation) -> usize {
        self.line.kept_out_by(held)
    }

    /// Checks everything about a decision that needs no look at the reservations: time, revisions, fencing tokens.
    fn check_order(&self, decision: &Decision) -> Result<(), Corrupt> {
        if decision.now < self.last_now {
            return Err(Corrupt::TimeWentBack {
                last: self.last_now,
                found: decision.now,
            });
        }
        let mut last = self.revision;
        for event in &decision.events {
            follows(last.next(), event.revision)?;
            last = event.revision;
        }
        follows(last, decision.revision)?;
        if last > Revision::MAX {
            return Err(Corrupt::RevisionTooLarge(last));
        }
        let mut newest = self.revision;
        for change in &decision.changes {
            let Change::Put(reservation) = change else {
                continue;
            };
            let token = reservation.fencing_token;
            if token <= newest || token > last {
                return Err(Corrupt::FencingToken(token));
            }
            newest = token;
        }
        Ok(())
    }

    fn make(&mut self, change: &Change) -> Result<(), Corrupt> {
        match change {
            Change::Put(reservation) => self.put(reservation),
            Change::Remove(reservation) => self.remove(reservation),
            Change::Renew { from, to } => self.renew(from, to),
            Change::Close(closure) => {
                let is_open = self.closures.at(closure.node.as_str()).is_none();
                as_found(is_open, &closure.node)?;
                self.closures.put(closure);
                Ok(())
            }
            Change::Open(closure) => {
                let known = self.closures.at(closure.node.as_str());
                as_found(known == Some(closure), &closure.node)?;
                self.closures.remove(closure);
                Ok(())
            }
            Change::Define(definition) => {
                as_found(self.catalogue.add(definition), &definition.name)
            }
            Change::Undefine(definition) => {
                as_found(self.catalogue.remove(definition), &definition.name)
            }
            Change::Queue(ticket) if self.line.put(ticket) => Ok(()),
            Change::Unqueue(ticket) if self.line.remove(ticket) => Ok(()),
            Change::Queue(ticket) | Change::Unqueue(ticket) => Err(Corrupt::Ticket(ticket.id)),
        }
    }

    /// Undoes changes that have just been made, so none of the steps can fail.
    fn take_back(&mut self, changes: &[Change]) {
        for change in changes.iter().rev() {
            let undone = self.make(&change.inverse());
            debug_assert_eq!(undone, Ok(()), "undoing a change that was made");
        }
    }

    fn put(&mut self, reservation: &Arc<Reservation>) -> Result<(), Corrupt> {
        // Nothing is known of most names, so nothing can be in the way.
        if !self.holdings.put_alone(reservation) {
            if let Some(node) = exclusive::conflict(&self.holdings, reservation) {
                return Err(Corrupt::SecondHolder(node.clone()));
            }
            self.holdings.put(reservation);
        }
        if let Some(deadline) = reservation.expires_at {
            let key = (deadline, reservation.fencing_token);
            let earlier = self.deadlines.insert(key, Arc::clone(reservation));
            // Only restoring comes here: a new grant's token has been checked to be new.
            if earlier.is_some() {
                return Err(Corrupt::FencingToken(reservation.fencing_token));
            }
        }
        if reservation.principal.issuer.is_some() {
            let principal = reservation.principal.clone();
            *self.of_principals.entry(principal).or_default() += 1;
        }
        self.active += 1;
        Ok(())
    }

    fn remove(&mut self, reservation: &Arc<Reservation>) -> Result<(), Corrupt> {
        let fencing_token = reservation.fencing_token;
        if !self.holdings.take_alone(reservation) {
            let name = reservation.resource.as_str();
            if self.holdings.asked(name, &reservation.principal) != Some(reservation) {
                return Err(Corrupt::NotHeld {
                    resource: reservation.resource.clone(),
                    fencing_token,
                });
            }
            self.holdings.remove(reservation);
        }
        self.active -= 1;
        if let Some(held) = self.of_principals.get_mut(&reservation.principal) {
            *held -= 1;
            if *held == 0 {
                self.of_principals.remove(&reservation.principal);
            }
        }
        if let Some(deadline) = reservation.expires_at {
            self.deadlines.remove(&(deadline, fencing_token));
        }
        Ok(())
    }

    fn renew(&mut self, from: &Arc<Reservation>, to: &Arc<Reservation>) -> Result<(), Corrupt> {
        let renewed = Reservation {
            expires_at: to.expires_at,
            ttl: to.ttl,
            ..Reservation::clone(from)
        };
        as_found(renewed == **to, &to.resource)?;
        self.remove(from)?;
        self.put(to)
    }
}

fn follows(expected: Revision, found: Revision) -> Result<(), Corrupt> {
    if expected == found {
        return Ok(());
    }
    Err(Corrupt::RevisionGap { expected, found })
}

fn as_found(is_so: bool, name: &ResourceName) -> Result<(), Corrupt> {
    if is_so {
        return Ok(());
    }
    Err(Corrupt::NotAsFound(name.clone()))
}

impl Book for MemoryBook {
    fn revision(&self) -> Revision {
        self.revision
    }

    fn last_now(&self) -> Time {
        self.last_now
    }

    fn active(&self) -> u64 {
        self.active
    }

    fn active_of(&self, principal: &Principal) -> u64 {
        self.of_principals
            .get(principal)
            .copied()
            .unwrap_or_default()
    }

    fn is_known(&self, name: &str) -> bool {
        self.holdings.is_known(name)
    }

    fn asked(&self, name: &str, principal: &Principal) -> Option<&Arc<Reservation>> {
        self.holdings.asked(name, principal)
    }

    fn all_asked(&self, name: &str) -> impl Iterator<Item = &Arc<Reservation>> {
        self.holdings.all_asked(name)
    }

    fn holders(
        &self,
        side: Side,
        name: &str,
        mode: Mode,
    ) -> impl Iterator<Item = &Arc<Reservation>> {
        self.holdings.holders(side, name, mode)
    }

    fn count(&self, side: Side, name: &str, mode: Mode, of: Option<&Principal>) -> usize {
        self.holdings.count(side, name, mode, of)
    }

    fn due(&self, now: Time) -> impl Iterator<Item = &Arc<Reservation>> {
        self.deadlines.range(..=(now, LAST)).map(|(_, held)| held)
    }

    fn closure(&self, node: &str) -> Option<&Arc<Closure>> {
        self.closures.at(node)
    }

    fn closures_below(&self, name: &str) -> impl Iterator<Item = &Arc<Closure>> {
        self.closures.below(name)
    }

    fn closures_due(&self, now: Time) -> impl Iterator<Item = &Arc<Closure>> {
        self.closures.due(now)
    }

    fn definition(&self, name: &str) -> Option<&Arc<Definition>> {
        self.catalogue.definitions.get(name)
    }

    fn definitions(&self) -> u64 {
        self.catalogue.definitions.len() as u64
    }

    fn place(&self, name: &str) -> Option<&Place> {
        self.catalogue.places.get(name)
    }

    fn blocked_by(&self, name: &str) -> impl Iterator<Item = &ResourceName> {
        self.catalogue.blocked_by.get(name).into_iter().flatten()
    }

    fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        self.line.in_order()
    }

    fn tickets_for(&self, name: &str) -> impl Iterator<Item = &Arc<Ticket>> {
        self.line.of_name(name)
    }

    fn tickets_of(&self, principal: &Principal) -> impl Iterator<Item = &Arc<Ticket>> {
        self.line.of_principal(principal)
    }

    fn tickets_due(&self, now: Time) -> impl Iterator<Item = &Arc<Ticket>> {
        self.line.due(now)
    }

    fn waited_for(&self) -> u64 {
        self.line.weight()
    }

    fn next_deadline(&self) -> Option<Time> {
        let held = self.deadlines.first_key_value();
        let held = held.map(|((deadline, _), _)| *deadline);
        let others = [self.closures.next(), self.line.next()];
        held.into_iter().chain(others.into_iter().flatten()).min()
    }
}

/// Sorts after every fencing token.
const LAST: Revision = Revision::new(u64::MAX);
