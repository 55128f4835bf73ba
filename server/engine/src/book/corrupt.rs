use std::{error, fmt};

use crate::{ResourceName, Revision, TicketId, Time};

/// What a book was given contradicts what is in it. Either a rule or what was stored is wrong; whoever gets this must
/// neither store nor acknowledge anything of that decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// The resource is held already.
    SecondHolder(ResourceName),
    /// What is to be removed is not in the book.
    NotHeld {
        /// The resource it should have held.
        resource: ResourceName,
        /// The grant it should have been.
        fencing_token: Revision,
    },
    /// What is said to be changed about this name is not as the book has it: a lock delay, a definition, or more
    /// of a reservation than a renewal may change.
    NotAsFound(ResourceName),
    /// What is said to be changed about this ticket is not as the book has it.
    Ticket(TicketId),
    /// An event does not follow the one before, or the decision does not end at its last event.
    RevisionGap {
        /// The only right one.
        expected: Revision,
        /// The one that was given.
        found: Revision,
    },
    /// The revision is beyond [`Revision::MAX`].
    RevisionTooLarge(Revision),
    /// The fencing token of a grant is not newer than every grant before, or not known to the book's revision.
    FencingToken(Revision),
    /// The decision was made before the last one.
    TimeWentBack {
        /// When the last decision was made.
        last: Time,
        /// When this one claims to have been made.
        found: Time,
    },
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecondHolder(resource) => {
                write!(f, "{:?} would have two holders", resource.as_str())
            }
            Self::NotHeld {
                resource,
                fencing_token,
            } => {
                let resource = resource.as_str();
                write!(
                    f,
                    "{resource:?} is not held under fencing token {fencing_token}"
                )
            }
            Self::NotAsFound(name) => {
                write!(
                    f,
                    "what is known about {:?} is something else",
                    name.as_str()
                )
            }
            Self::Ticket(id) => write!(f, "ticket {} is something else", id.as_u64()),
            Self::RevisionGap { expected, found } => {
                write!(f, "revision {found} where {expected} was due")
            }
            Self::RevisionTooLarge(revision) => write!(f, "revision {revision} is too large"),
            Self::FencingToken(token) => write!(f, "fencing token {token} is out of order"),
            Self::TimeWentBack { last, found } => {
                let (last, found) = (last.as_micros(), found.as_micros());
                write!(f, "decided at {found} µs, after a decision at {last} µs")
            }
        }
    }
}

impl error::Error for Corrupt {}
