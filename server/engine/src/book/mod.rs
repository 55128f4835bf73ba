//! What is held, defined and waited for in one tenant.

mod catalogue;
mod closures;
mod corrupt;
mod exclusive;
mod holdings;
mod line;
mod memory;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{
    Closure, Definition, Mode, Principal, Reservation, ResourceName, Revision, Ticket, Time,
};

pub use catalogue::Place;
pub(crate) use catalogue::mentions;
pub(crate) use closures::Closures;
pub use corrupt::Corrupt;
pub(crate) use holdings::Holdings;
pub use memory::MemoryBook;

/// Where to look from a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// At what is held under just that name.
    At,
    /// At what is held below it in the tree.
    Below,
}

/// What a decision may look at: one tenant's reservations, definitions and tickets as they are before it.
///
/// A reservation stays in the book until a decision has removed it, also past its deadline. Whatever takes longer than a
/// look into a map says so.
pub trait Book {
    /// The revision of the last event; [`Revision::ZERO`] before the first.
    fn revision(&self) -> Revision;

    /// The time of the last decision. No decision is made earlier, whatever the clock says.
    fn last_now(&self) -> Time;

    /// How many reservations are in the book, those that are due included.
    fn active(&self) -> u64;

    /// How many of them are a principal's that has an issuer, those that are due included. Principals without one (the
    /// requesters of API keys) are not counted: nothing bounds them one by one.
    fn active_of(&self, principal: &Principal) -> u64;

    /// Whether anything is held at or below this name, or asked for under it. A name of which this is not so has no
    /// holders, counts and askers, which most names never have.
    fn is_known(&self, name: &str) -> bool;

    /// The reservation that the principal has asked for under this name.
    fn asked(&self, name: &str, principal: &Principal) -> Option<&Arc<Reservation>>;

    /// All reservations that were asked for under this name, in no order.
    fn all_asked(&self, name: &str) -> impl Iterator<Item = &Arc<Reservation>>;

    /// The reservations in this mode that hold something there, what ends first first.
    fn holders(
        &self,
        side: Side,
        name: &str,
        mode: Mode,
    ) -> impl Iterator<Item = &Arc<Reservation>>;

    /// How many holds in this mode there are, of one principal or of all.
    fn count(&self, side: Side, name: &str, mode: Mode, of: Option<&Principal>) -> usize;

    /// The reservations whose deadline is at `now` or before, the earliest first, and of equal deadlines the one
    /// granted first.
    fn due(&self, now: Time) -> impl Iterator<Item = &Arc<Reservation>>;

    /// The lock delay on a node, which may be over.
    fn closure(&self, node: &str) -> Option<&Arc<Closure>>;

    /// The lock delays below it in the tree, the one that is over last first.
    fn closures_below(&self, name: &str) -> impl Iterator<Item = &Arc<Closure>>;

    /// The lock delays that are over at `now`, the earliest first.
    fn closures_due(&self, now: Time) -> impl Iterator<Item = &Arc<Closure>>;

    /// The definition of the resource with this name.
    fn definition(&self, name: &str) -> Option<&Arc<Definition>>;

    /// How many definitions there are.
    fn definitions(&self) -> u64;

    /// Where in the tree a name stands; `None`: in no tree.
    fn place(&self, name: &str) -> Option<&Place>;

    /// The resources whose definitions name this one as a blocker.
    fn blocked_by(&self, name: &str) -> impl Iterator<Item = &ResourceName>;

    /// All tickets in order.
    fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>>;

    /// The tickets that want this name or something below it in a tree, in order. Like the next three it may be asked
    /// with every decision: where many wait, looking through all of them is too slow.
    fn tickets_for(&self, name: &str) -> impl Iterator<Item = &Arc<Ticket>> {
        self.tickets().filter(move |ticket| {
            let mut wants = ticket.wants.iter();
            let is_above = |above: &ResourceName| above.as_str() == name;
            wants.any(|want| want.name.as_str() == name || want.path.names().iter().any(is_above))
        })
    }

    /// The tickets of a principal, in order.
    fn tickets_of(&self, principal: &Principal) -> impl Iterator<Item = &Arc<Ticket>> {
        self.tickets()
            .filter(move |ticket| ticket.principal == *principal)
    }

    /// The tickets whose deadline is at `now` or before.
    fn tickets_due(&self, now: Time) -> impl Iterator<Item = &Arc<Ticket>> {
        self.tickets()
            .filter(move |ticket| ticket.deadline() <= now)
    }

    /// For how many reservations all tickets count together.
    fn waited_for(&self) -> u64 {
        let weights = self.tickets().map(|ticket| ticket.weight());
        weights.fold(0, u64::saturating_add)
    }

    /// When the next thing happens by itself: a reservation or a lock delay ends, or somebody has waited long enough. It
    /// may have passed.
    fn next_deadline(&self) -> Option<Time>;
}
