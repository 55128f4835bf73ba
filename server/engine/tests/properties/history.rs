//! What happened, in plain values.

use coop_engine::{Event, EventKind, Reservation};

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub revision: u64,
    pub kind: EventKind,
    pub grant: Grant,
    pub label: String,
    pub at: i64,
}

/// One reservation; times in microseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub number: u64,
    pub resource: String,
    pub requester: String,
    pub issuer: Option<i64>,
    pub token: [u8; 16],
    pub since: i64,
    pub until: Option<i64>,
    pub label: String,
}

impl Grant {
    pub fn of(reservation: &Reservation) -> Self {
        Self {
            number: reservation.fencing_token.as_u64(),
            resource: reservation.resource.to_string(),
            requester: reservation.principal.requester.to_string(),
            issuer: reservation.principal.issuer.map(|issuer| issuer.as_i64()),
            token: *reservation.release_token.as_bytes(),
            since: reservation.reserved_at.as_micros(),
            until: reservation.expires_at.map(|time| time.as_micros()),
            label: reservation.label.to_string(),
        }
    }
}

pub fn facts(events: &[Event]) -> Vec<Fact> {
    let fact = |event: &Event| Fact {
        revision: event.revision.as_u64(),
        kind: event.kind,
        grant: Grant::of(&event.reservation),
        label: event.label.to_string(),
        at: event.at.as_micros(),
    };
    events.iter().map(fact).collect()
}
