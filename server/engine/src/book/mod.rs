//! What is held in one tenant.

mod corrupt;
mod memory;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{Principal, Reservation, Revision, Time};

pub use corrupt::Corrupt;
pub use memory::MemoryBook;

/// What a decision may look at: one tenant's reservations as they are before it.
///
/// A reservation stays in the book until a decision has removed it, also past its deadline.
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

    /// The reservation of the resource with this name.
    fn holder(&self, resource: &str) -> Option<&Arc<Reservation>>;

    /// The reservations whose deadline is at `now` or before, the earliest first, and of equal deadlines the one
    /// granted first.
    fn due(&self, now: Time) -> impl Iterator<Item = &Arc<Reservation>>;

    /// The earliest deadline in the book, which may have passed.
    fn next_deadline(&self) -> Option<Time>;
}
