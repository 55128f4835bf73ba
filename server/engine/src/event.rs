use std::sync::Arc;

use crate::{Reservation, Revision, Time};

/// Something that happened to a reservation. The events of a tenant, in the order of their revisions, tell its whole
/// history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number within the tenant, without gaps.
    pub revision: Revision,
    /// What happened.
    pub kind: EventKind,
    /// What it happened to.
    pub reservation: Arc<Reservation>,
    /// The label of the key that caused it; for an expiry, of the key that reserved.
    pub label: Arc<str>,
    /// When it was decided. An expiry is decided at its deadline or later.
    pub at: Time,
}

/// What an [`Event`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A resource was granted.
    Reserved,
    /// A resource was given back by its holder.
    Unreserved,
    /// A reservation reached its deadline.
    ReservationExpired,
}

impl EventKind {
    /// The name on the wire and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "RESERVED",
            Self::Unreserved => "UNRESERVED",
            Self::ReservationExpired => "RESERVATION_EXPIRED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EventKind;

    #[test]
    fn kinds_have_the_names_of_the_wire_format() {
        assert_eq!(EventKind::Reserved.as_str(), "RESERVED");
        assert_eq!(EventKind::Unreserved.as_str(), "UNRESERVED");
        assert_eq!(
            EventKind::ReservationExpired.as_str(),
            "RESERVATION_EXPIRED"
        );
    }
}
