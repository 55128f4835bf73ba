use std::sync::Arc;

use crate::{Capacity, DefinitionProblem, Refusal, Reservation, ResourceName, Time};

/// The answer to a command. A refusal is an answer like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To [`Command::Reserve`](crate::Command::Reserve): one for each item, in order.
    Reserve(Vec<ReserveOutcome>),
    /// To [`Command::Transactions`](crate::Command::Transactions): one for each, in order.
    Transactions(Vec<TransactionOutcome>),
    /// Not yet: the request waits. A later [`Decision`](crate::Decision) answers it.
    Waiting,
    /// To [`Command::Unreserve`](crate::Command::Unreserve): one for each item, in order.
    Unreserve(Vec<UnreserveOutcome>),
    /// To [`Command::Renew`](crate::Command::Renew): one for each item, in order.
    Renew(Vec<RenewOutcome>),
    /// To [`Command::Verify`](crate::Command::Verify): one for each item, in order.
    Verify(Vec<VerifyOutcome>),
    /// To [`Command::Check`](crate::Command::Check): one for each item, in order.
    Check(Vec<CheckOutcome>),
    /// To [`Command::ForceRelease`](crate::Command::ForceRelease): one for each item, in order. `None`: that grant has
    /// ended already.
    ForceRelease(Vec<Option<Released>>),
    /// To [`Command::Register`](crate::Command::Register).
    Registered,
    /// To [`Command::Delete`](crate::Command::Delete).
    Deleted,
    /// To the commands that have no answer of their own.
    Done,
    /// The command as a whole was refused and nothing of it was done.
    Denied(Denial),
}

/// Why a whole command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// As many requests of the tenant wait as may.
    Waiters,
    /// It would have made more definitions than the tenant may have.
    Definitions {
        /// The limit.
        limit: u64,
    },
    /// A definition contradicts itself or another one.
    Definition {
        /// Which of the items, from 0 on.
        index: usize,
        /// What is wrong with it.
        problem: DefinitionProblem,
    },
    /// It would have changed what this resource takes, or is a part of, while it is held or waited for.
    InUse(ResourceName),
    /// There is no such definition.
    NotDefined,
}

/// What became of a [`ReserveItem`](crate::ReserveItem).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReserveOutcome {
    /// Granted.
    Acquired(Arc<Reservation>),
    /// The same principal has it already; this is what it has, unchanged.
    AlreadyHad(Arc<Reservation>),
    /// Not granted.
    Refused(Refusal),
}

impl ReserveOutcome {
    /// What the principal has now, granted just now or before.
    #[must_use]
    pub const fn reservation(&self) -> Option<&Arc<Reservation>> {
        match self {
            Self::Acquired(held) | Self::AlreadyHad(held) => Some(held),
            Self::Refused(_) => None,
        }
    }
}

/// What became of a [`Transaction`](crate::Transaction).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionOutcome {
    /// Whether it took what it had to.
    pub success: bool,
    /// What the requester has of it now: the number of the item and what became of it, in order.
    pub reserved: Vec<(usize, ReserveOutcome)>,
    /// What could not be had, likewise.
    pub unavailable: Vec<(usize, ReserveOutcome)>,
}

/// What became of an [`UnreserveItem`](crate::UnreserveItem).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreserveOutcome {
    /// Given back.
    Relinquished(Released),
    /// Nobody holds it, so it is safe to ask again.
    NotReserved,
    /// Another principal holds it. The reservation is another's: its release token is not for this caller.
    DoesntOwnReservation(Arc<Reservation>),
    /// The principal holds it, but the token is missing, malformed, or of another grant.
    InvalidReleaseToken,
}

/// A reservation that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// It.
    pub reservation: Arc<Reservation>,
    /// What the principal holds no longer: all but what another of its reservations needs. By the names that callers
    /// know.
    pub freed: Vec<String>,
}

/// What became of a [`RenewItem`](crate::RenewItem).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenewOutcome {
    /// It is held as this says.
    Renewed(Arc<Reservation>),
    /// The principal holds it no longer.
    Lost,
    /// Another principal holds it. The reservation is another's: its release token is not for this caller.
    DoesntOwnReservation(Arc<Reservation>),
    /// The principal holds it, but the token is missing, malformed, or of another grant.
    InvalidReleaseToken,
}

/// What a [`VerifyItem`](crate::VerifyItem) comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyOutcome {
    /// The token is that of this reservation, which holds the resource.
    Current(Arc<Reservation>),
    /// The token was given out and does not hold the resource.
    Stale,
    /// The token was never given out.
    Unknown,
}

/// What a [`CheckItem`](crate::CheckItem) comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckOutcome {
    /// What reserving would be answered.
    pub would: Would,
    /// How many slots are held by nobody and closed by no lock delay.
    pub free_slots: u16,
    /// How many there are.
    pub capacity: Capacity,
}

/// What reserving would be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Would {
    /// It would be granted.
    Acquire,
    /// The principal has it already.
    AlreadyHave(Arc<Reservation>),
    /// It would be refused.
    Refuse(Refusal),
}
