//! The rules.

mod draft;
mod expire;
mod reserve;
mod unreserve;

use std::sync::Arc;

use crate::{Book, Caller, Command, Event, Limits, Outcome, Reservation, Revision, Time};

use draft::Draft;

/// What a command comes to: the answer, and what has to be made durable before it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When it was decided: the clock, or the time of the last decision if the clock was behind it.
    pub now: Time,
    /// The answer.
    pub outcome: Outcome,
    /// What changes in the book, in this order.
    pub changes: Vec<Change>,
    /// What happened, in the order of the revisions; the first follows the book's revision.
    pub events: Vec<Event>,
    /// The tenant's revision afterwards: that of the last event, or the book's.
    pub revision: Revision,
}

/// A change to a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Somebody holds the resource from now on.
    Put(Arc<Reservation>),
    /// Nobody holds it any longer.
    Remove(Arc<Reservation>),
}

/// Decides a command against a book. Pure (the same arguments give the same decision) and total (there is a decision
/// for all arguments).
///
/// First the reservations that are due are expired: all that the command touches, of the others at most
/// [`Limits::expirations`]. Then the command's items are decided in order, each in view of the ones before.
///
/// `now` is the clock's time, which may be behind that of earlier decisions.
pub fn decide(
    book: &impl Book,
    caller: &Caller,
    command: &Command,
    now: Time,
    limits: &Limits,
) -> Decision {
    let mut draft = Draft::new(book, now);
    match command {
        Command::Reserve(items) => {
            let names = items.iter().map(|item| item.resource.as_str());
            expire::due(&mut draft, names, limits.expirations);
            reserve::all(draft, caller, items, limits)
        }
        Command::Unreserve(items) => {
            let names = items.iter().map(|item| item.resource.as_str());
            expire::due(&mut draft, names, limits.expirations);
            unreserve::all(draft, caller, items)
        }
        Command::Expire => {
            expire::due(&mut draft, [], limits.expirations);
            draft.finish(Outcome::Expired)
        }
    }
}
