use std::sync::Arc;

use crate::{Principal, Reservation, ResourceName, Time};

/// Why something was not granted, as data: what of it may be told to whom is for the caller to decide, because it names
/// other principals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// In a word.
    pub status: RefusalStatus,
    /// What stands in the way, what ends first first: at least one of each kind, and of all kinds together some ten.
    pub obstacles: Vec<Obstacle>,
    /// The place in the line: 1 when nobody who waits for any of it is ahead. `None`: it does not wait, and nobody is
    /// ahead.
    pub position: Option<usize>,
    /// Who waits for whom, when that leads back to the one who is refused; each step's principal waits for what the next
    /// one's has, and the last one's for what the first one's has.
    pub cycle: Vec<CycleStep>,
}

/// Why something was not granted, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalStatus {
    /// Another principal holds just that.
    AlreadyHeld,
    /// It cannot be had for another reason.
    NotAvailable,
    /// It can never be had: the name is not registered where that is required.
    NotRegistered,
    /// It can never be had: the slots of a pool are not shared.
    SharedPool,
}

/// One thing that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What it stands in the way of: the name that was asked for, or one of its blockers'.
    pub needed: ResourceName,
    /// What is held, closed or claimed, by the name that callers know.
    pub found: String,
    /// What that has to do with what is needed.
    pub relation: Relation,
    /// By whom or what.
    pub by: By,
}

/// What an obstacle has to do with what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is just that.
    Itself,
    /// It is one of the pool's slots, of which none is left.
    Slot,
    /// It stands above it in the tree.
    Ancestor,
    /// It stands below it in the tree.
    Descendant,
    /// The principal itself holds it, in the other mode.
    OtherMode,
}

/// Who or what stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody holds it.
    Reservation(Arc<Reservation>),
    /// A lock delay, until then.
    LockDelay(Time),
    /// Somebody who waits for it longer.
    Waiter(Principal),
    /// The pool has become smaller.
    Capacity,
}

/// One who waits, in a cycle of those who wait for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleStep {
    /// Who.
    pub principal: Principal,
    /// For what, by the name that callers know.
    pub waits_for: String,
}

impl Refusal {
    pub(crate) const fn plainly(status: RefusalStatus) -> Self {
        Self {
            status,
            obstacles: Vec::new(),
            position: None,
            cycle: Vec::new(),
        }
    }

    /// Whoever stands in the way, what ends first first.
    pub fn holders(&self) -> impl Iterator<Item = &Arc<Reservation>> {
        self.obstacles
            .iter()
            .filter_map(|obstacle| match &obstacle.by {
                By::Reservation(held) => Some(held),
                _ => None,
            })
    }

    /// The reservation that ends first of those in the way.
    #[must_use]
    pub fn held_by(&self) -> Option<&Arc<Reservation>> {
        self.holders().next()
    }

    /// When the last lock delay in the way is over.
    #[must_use]
    pub fn available_at(&self) -> Option<Time> {
        let delays = self
            .obstacles
            .iter()
            .filter_map(|obstacle| match obstacle.by {
                By::LockDelay(until) => Some(until),
                _ => None,
            });
        delays.max()
    }
}

impl Obstacle {
    /// When it ends by itself; [`Time::MAX`] when nobody knows.
    #[must_use]
    pub fn ends(&self) -> Time {
        match &self.by {
            By::Reservation(held) => held.expires_at.unwrap_or(Time::MAX),
            By::LockDelay(until) => *until,
            By::Waiter(_) | By::Capacity => Time::MAX,
        }
    }
}
