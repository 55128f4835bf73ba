use std::sync::Arc;

use crate::{Closure, Definition, Event, Outcome, Reservation, Revision, Ticket, Time, WaiterId};

/// What a command comes to: the answer, and what has to be made durable before it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When it was decided: the clock, or the time of the last decision if the clock was behind it.
    pub now: Time,
    /// The answer.
    pub outcome: Outcome,
    /// Answers to requests that have waited, in order.
    pub answers: Vec<(WaiterId, Outcome)>,
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
    /// Somebody holds something from now on.
    Put(Arc<Reservation>),
    /// Nobody holds it any longer.
    Remove(Arc<Reservation>),
    /// It is held until another time.
    Renew {
        /// As it was.
        from: Arc<Reservation>,
        /// As it is; only its end and its TTL may differ.
        to: Arc<Reservation>,
    },
    /// A lock delay begins.
    Close(Arc<Closure>),
    /// A lock delay is over, or replaced by a longer one.
    Open(Arc<Closure>),
    /// There is a definition from now on.
    Define(Arc<Definition>),
    /// There is no longer, or another one follows.
    Undefine(Arc<Definition>),
    /// Somebody waits. Not to be stored.
    Queue(Arc<Ticket>),
    /// Nobody waits there any longer, or differently. Not to be stored.
    Unqueue(Arc<Ticket>),
}

impl Change {
    /// The change that undoes this one.
    pub(crate) fn inverse(&self) -> Self {
        match self.clone() {
            Self::Put(reservation) => Self::Remove(reservation),
            Self::Remove(reservation) => Self::Put(reservation),
            Self::Renew { from, to } => Self::Renew { from: to, to: from },
            Self::Close(closure) => Self::Open(closure),
            Self::Open(closure) => Self::Close(closure),
            Self::Define(definition) => Self::Undefine(definition),
            Self::Undefine(definition) => Self::Define(definition),
            Self::Queue(ticket) => Self::Unqueue(ticket),
            Self::Unqueue(ticket) => Self::Queue(ticket),
        }
    }

    /// Whether it has to be stored.
    #[must_use]
    pub const fn is_durable(&self) -> bool {
        !matches!(self, Self::Queue(_) | Self::Unqueue(_))
    }
}
