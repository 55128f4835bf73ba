//! Bugs to be found: each makes the engine see the book a little wrong, as a wrong rule would.

use std::{collections::BTreeMap, sync::Arc};

use coop_engine::{
    Book, Capacity, Closure, Definition, MemoryBook, Mode, Place, Principal, Reservation,
    ResourceName, Revision, Side, Ticket, Time,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bug {
    ForgetsTime,
    ForgetsDeadlines,
    ForgetsWhatIsActive,
    ForgetsWhatOneHolds,
    ForgetsWhoAsked,
    ForgetsSharedHolders,
    ForgetsWhatIsBelow,
    TakesOthersForOneself,
    ForgetsLockDelays,
    ForgetsBlockers,
    ForgetsCapacity,
    GivesDrainingSlots,
    ForgetsDelaysToCome,
    ForgetsTrees,
    ForgetsWhoWaits,
    ServesTheLastFirst,
}

impl Bug {
    pub const ALL: [Self; 16] = [
        Self::ForgetsTime,
        Self::ForgetsDeadlines,
        Self::ForgetsWhatIsActive,
        Self::ForgetsWhatOneHolds,
        Self::ForgetsWhoAsked,
        Self::ForgetsSharedHolders,
        Self::ForgetsWhatIsBelow,
        Self::TakesOthersForOneself,
        Self::ForgetsLockDelays,
        Self::ForgetsBlockers,
        Self::ForgetsCapacity,
        Self::GivesDrainingSlots,
        Self::ForgetsDelaysToCome,
        Self::ForgetsTrees,
        Self::ForgetsWhoWaits,
        Self::ServesTheLastFirst,
    ];

    pub fn on(self, book: &MemoryBook) -> Bugged<'_> {
        let definitions = book.all_definitions().map(|known| {
            let mut wrong = Definition::clone(known);
            match self {
                Self::ForgetsBlockers => wrong.blocks = Arc::from([]),
                Self::ForgetsCapacity => {
                    wrong.capacity = Capacity::ONE;
                    wrong.most = Capacity::ONE;
                }
                Self::GivesDrainingSlots => wrong.capacity = wrong.most,
                Self::ForgetsDelaysToCome => wrong.lock_delay = None,
                _ => {}
            }
            (wrong.name.clone(), Arc::new(wrong))
        });
        Bugged {
            book,
            bug: self,
            definitions: definitions.collect(),
        }
    }
}

pub struct Bugged<'a> {
    book: &'a MemoryBook,
    bug: Bug,
    definitions: BTreeMap<ResourceName, Arc<Definition>>,
}

impl Bugged<'_> {
    /// What is there, without what the bug lets one forget.
    fn unless<T>(&self, bug: Bug, there: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        there.filter(move |_| self.bug != bug)
    }

    fn is_forgotten(&self, side: Side, mode: Mode) -> bool {
        match self.bug {
            Bug::ForgetsSharedHolders => mode == Mode::Shared,
            Bug::ForgetsWhatIsBelow => side == Side::Below,
            _ => false,
        }
    }
}

impl Book for Bugged<'_> {
    fn revision(&self) -> Revision {
        self.book.revision()
    }

    fn last_now(&self) -> Time {
        if self.bug == Bug::ForgetsTime {
            return Time::from_micros(i64::MIN);
        }
        self.book.last_now()
    }

    fn active(&self) -> u64 {
        if self.bug == Bug::ForgetsWhatIsActive {
            return 0;
        }
        self.book.active()
    }

    fn active_of(&self, principal: &Principal) -> u64 {
        if self.bug == Bug::ForgetsWhatOneHolds {
            return 0;
        }
        self.book.active_of(principal)
    }

    fn is_known(&self, name: &str) -> bool {
        self.book.is_known(name)
    }

    fn asked(&self, name: &str, principal: &Principal) -> Option<&Arc<Reservation>> {
        let asked = self.book.asked(name, principal);
        asked.filter(|_| self.bug != Bug::ForgetsWhoAsked)
    }

    fn all_asked(&self, name: &str) -> impl Iterator<Item = &Arc<Reservation>> {
        self.book.all_asked(name)
    }

    fn holders(
        &self,
        side: Side,
        name: &str,
        mode: Mode,
    ) -> impl Iterator<Item = &Arc<Reservation>> {
        let holders = self.book.holders(side, name, mode);
        holders.filter(move |_| !self.is_forgotten(side, mode))
    }

    fn count(&self, side: Side, name: &str, mode: Mode, of: Option<&Principal>) -> usize {
        if self.is_forgotten(side, mode) {
            return 0;
        }
        let of = of.filter(|_| self.bug != Bug::TakesOthersForOneself);
        self.book.count(side, name, mode, of)
    }

    fn due(&self, now: Time) -> impl Iterator<Item = &Arc<Reservation>> {
        self.unless(Bug::ForgetsDeadlines, self.book.due(now))
    }

    fn closure(&self, node: &str) -> Option<&Arc<Closure>> {
        let closure = self.book.closure(node);
        closure.filter(|_| self.bug != Bug::ForgetsLockDelays)
    }

    fn closures_below(&self, name: &str) -> impl Iterator<Item = &Arc<Closure>> {
        self.unless(Bug::ForgetsLockDelays, self.book.closures_below(name))
    }

    fn closures_due(&self, now: Time) -> impl Iterator<Item = &Arc<Closure>> {
        self.book.closures_due(now)
    }

    fn definition(&self, name: &str) -> Option<&Arc<Definition>> {
        self.definitions.get(name)
    }

    fn definitions(&self) -> u64 {
        self.book.definitions()
    }

    fn place(&self, name: &str) -> Option<&Place> {
        let place = self.book.place(name);
        place.filter(|_| self.bug != Bug::ForgetsTrees)
    }

    fn blocked_by(&self, name: &str) -> impl Iterator<Item = &ResourceName> {
        self.book.blocked_by(name)
    }

    fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        let mut tickets: Vec<_> = self.book.tickets().collect();
        if self.bug == Bug::ServesTheLastFirst {
            tickets.reverse();
        }
        self.unless(Bug::ForgetsWhoWaits, tickets.into_iter())
    }

    fn next_deadline(&self) -> Option<Time> {
        self.book.next_deadline()
    }
}
