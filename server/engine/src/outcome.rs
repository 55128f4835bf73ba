use std::sync::Arc;

use crate::{Reservation, Time};

/// The answer to a command. A refusal is an answer like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To [`Command::Reserve`](crate::Command::Reserve): one for each item, in order.
    Reserve(Vec<ReserveOutcome>),
    /// To [`Command::Unreserve`](crate::Command::Unreserve): one for each item, in order.
    Unreserve(Vec<UnreserveOutcome>),
    /// To [`Command::Expire`](crate::Command::Expire).
    Expired,
    /// The command as a whole was refused and nothing of it was done.
    Denied(Denial),
}

/// Why a whole command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// Its grants would have taken the tenant over its limit of active reservations.
    ActiveReservations {
        /// The limit.
        limit: u64,
        /// When the first of the reservations that fill it expires. `None`: none of them ever does.
        next_deadline: Option<Time>,
    },
    /// Its grants would have taken one principal over what each may hold.
    OfOnePrincipal {
        /// The limit.
        limit: u64,
        /// When the first of that principal's reservations expires. `None`: none of them ever does.
        next_deadline: Option<Time>,
    },
}

/// What became of a [`ReserveItem`](crate::ReserveItem).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReserveOutcome {
    /// Granted.
    Acquired(Arc<Reservation>),
    /// The same principal has it already; this is what it has, unchanged.
    AlreadyHad(Arc<Reservation>),
    /// Another principal holds it. The reservation is another's: its release token is not for this caller.
    AlreadyHeld(Arc<Reservation>),
}

/// What became of an [`UnreserveItem`](crate::UnreserveItem).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreserveOutcome {
    /// Given back; this is what was freed.
    Relinquished(Arc<Reservation>),
    /// Nobody holds it, so it is safe to ask again.
    NotReserved,
    /// Another principal holds it. The reservation is another's: its release token is not for this caller.
    DoesntOwnReservation(Arc<Reservation>),
    /// The principal holds it, but the token is missing, malformed, or of another grant.
    InvalidReleaseToken,
}
