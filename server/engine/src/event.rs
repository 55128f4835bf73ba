use std::sync::Arc;

use crate::{Definition, Reservation, Revision, Time};

/// Something that happened to a reservation or a definition. The events of a tenant, in the order of their revisions,
/// tell its whole history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number within the tenant, without gaps.
    pub revision: Revision,
    /// What happened.
    pub kind: EventKind,
    /// What it happened to.
    pub subject: Subject,
    /// The label of the key that caused it; for an expiry, of the key that reserved.
    pub label: Arc<str>,
    /// When it was decided. An expiry is decided at its deadline or later.
    pub at: Time,
    /// Why, if that is not clear from the kind.
    pub reason: Option<Reason>,
    /// The transaction it was a part of.
    pub transaction: Option<Arc<str>>,
}

/// What an [`Event`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A reservation, as it is after the event; ended, as it was.
    Reservation(Arc<Reservation>),
    /// A definition, as it is after the event; deleted, as it was.
    Definition(Arc<Definition>),
}

impl Event {
    /// The reservation that it is about, if it is about one.
    #[must_use]
    pub const fn reservation(&self) -> Option<&Arc<Reservation>> {
        match &self.subject {
            Subject::Reservation(reservation) => Some(reservation),
            Subject::Definition(_) => None,
        }
    }
}

/// What an [`Event`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A resource was granted.
    Reserved,
    /// A resource was given back by its holder, or taken from it.
    Unreserved,
    /// A reservation reached its deadline.
    ReservationExpired,
    /// A reservation's deadline was moved.
    ReservationRenewed,
    /// A resource was defined, or defined anew.
    ResourceRegistered,
    /// A definition was deleted.
    ResourceDeleted,
}

impl EventKind {
    /// The name on the wire and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "RESERVED",
            Self::Unreserved => "UNRESERVED",
            Self::ReservationExpired => "RESERVATION_EXPIRED",
            Self::ReservationRenewed => "RESERVATION_RENEWED",
            Self::ResourceRegistered => "RESOURCE_REGISTERED",
            Self::ResourceDeleted => "RESOURCE_DELETED",
        }
    }
}

/// Why something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Somebody took it from its holder.
    Forced,
}

impl Reason {
    /// The name on the wire and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forced => "FORCED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventKind, Reason};

    #[test]
    fn kinds_and_reasons_have_the_names_of_the_wire_format() {
        let kinds = [
            (EventKind::Reserved, "RESERVED"),
            (EventKind::Unreserved, "UNRESERVED"),
            (EventKind::ReservationExpired, "RESERVATION_EXPIRED"),
            (EventKind::ReservationRenewed, "RESERVATION_RENEWED"),
            (EventKind::ResourceRegistered, "RESOURCE_REGISTERED"),
            (EventKind::ResourceDeleted, "RESOURCE_DELETED"),
        ];
        for (kind, name) in kinds {
            assert_eq!(kind.as_str(), name);
        }
        assert_eq!(Reason::Forced.as_str(), "FORCED");
    }
}
