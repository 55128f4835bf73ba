use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap, HashSet},
    hash::{Hash, Hasher},
    sync::Arc,
};

use super::{Book, Corrupt};
use crate::{Change, Decision, Principal, Reservation, Revision, Time};

/// A tenant's book in memory.
///
/// It holds one pointer to each reservation, found by name, and one more, found by deadline, if it has one.
#[derive(Debug)]
pub struct MemoryBook {
    revision: Revision,
    last_now: Time,
    /// Callers choose the names, so the hash is one that they cannot aim at. Nothing depends on the order.
    holders: HashSet<ByName>,
    deadlines: BTreeMap<(Time, Revision), Arc<Reservation>>,
    /// How many each principal holds that has an issuer.
    of_principals: HashMap<Principal, u64>,
}

impl MemoryBook {
    /// A book with nothing in it: that of a new tenant, or one about to be restored.
    #[must_use]
    pub fn new(revision: Revision, last_now: Time) -> Self {
        Self {
            revision,
            last_now,
            holders: HashSet::new(),
            deadlines: BTreeMap::new(),
            of_principals: HashMap::new(),
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
        self.holders.reserve(reservations.size_hint().0);
        for reservation in reservations {
            let reservation = reservation.into();
            if reservation.fencing_token > self.revision {
                return Err(Corrupt::FencingToken(reservation.fencing_token));
            }
            self.put(&reservation)?;
        }
        Ok(())
    }

    /// Makes a decision's changes, having checked them without regard to the rules by which it was decided: a wrong
    /// rule, or a decision applied twice or to another book, fails here before it can become durable.
    ///
    /// # Errors
    /// If a name would get a second holder, what is to be removed is not there, the revisions have a gap or do not
    /// grow, or time runs backwards. The book is as it was before.
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
    #[must_use]
    pub fn reservations(&self) -> impl ExactSizeIterator<Item = &Arc<Reservation>> {
        self.holders.iter().map(|entry| &entry.0)
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
        }
    }

    /// Undoes changes that have just been made, so none of the steps can fail.
    fn take_back(&mut self, changes: &[Change]) {
        for change in changes.iter().rev() {
            let undone = match change {
                Change::Put(reservation) => self.remove(reservation),
                Change::Remove(reservation) => self.put(reservation),
            };
            debug_assert_eq!(undone, Ok(()), "undoing a change that was made");
        }
    }

    fn put(&mut self, reservation: &Arc<Reservation>) -> Result<(), Corrupt> {
        if !self.holders.insert(ByName(Arc::clone(reservation))) {
            return Err(Corrupt::SecondHolder(reservation.resource.clone()));
        }
        if reservation.principal.issuer.is_some() {
            let principal = reservation.principal.clone();
            *self.of_principals.entry(principal).or_default() += 1;
        }
        if let Some(deadline) = reservation.expires_at {
            let key = (deadline, reservation.fencing_token);
            let earlier = self.deadlines.insert(key, Arc::clone(reservation));
            // Only restoring comes here: a new grant's token has been checked to be new.
            if earlier.is_some() {
                return Err(Corrupt::FencingToken(reservation.fencing_token));
            }
        }
        Ok(())
    }

    fn remove(&mut self, reservation: &Arc<Reservation>) -> Result<(), Corrupt> {
        let name = reservation.resource.as_str();
        let fencing_token = reservation.fencing_token;
        // The same in everything, which for the usual case, the same pointer, costs nothing.
        if self.holder(name) != Some(reservation) {
            return Err(Corrupt::NotHeld {
                resource: reservation.resource.clone(),
                fencing_token,
            });
        }
        self.holders.remove(name);
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
}

fn follows(expected: Revision, found: Revision) -> Result<(), Corrupt> {
    if expected == found {
        return Ok(());
    }
    Err(Corrupt::RevisionGap { expected, found })
}

impl Book for MemoryBook {
    fn revision(&self) -> Revision {
        self.revision
    }

    fn last_now(&self) -> Time {
        self.last_now
    }

    fn active(&self) -> u64 {
        self.holders.len() as u64
    }

    fn active_of(&self, principal: &Principal) -> u64 {
        self.of_principals
            .get(principal)
            .copied()
            .unwrap_or_default()
    }

    fn holder(&self, resource: &str) -> Option<&Arc<Reservation>> {
        self.holders.get(resource).map(|entry| &entry.0)
    }

    fn due(&self, now: Time) -> impl Iterator<Item = &Arc<Reservation>> {
        self.deadlines.range(..=(now, LAST)).map(|(_, held)| held)
    }

    fn next_deadline(&self) -> Option<Time> {
        let ((deadline, _), _) = self.deadlines.first_key_value()?;
        Some(*deadline)
    }
}

/// Sorts after every fencing token.
const LAST: Revision = Revision::new(u64::MAX);

/// A reservation that is found by its resource's name: a set of these is a map whose keys take no memory.
#[derive(Debug)]
struct ByName(Arc<Reservation>);

impl Borrow<str> for ByName {
    fn borrow(&self) -> &str {
        self.0.resource.as_str()
    }
}

impl Hash for ByName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.resource.hash(state);
    }
}

impl PartialEq for ByName {
    fn eq(&self, other: &Self) -> bool {
        self.0.resource == other.0.resource
    }
}

impl Eq for ByName {}
