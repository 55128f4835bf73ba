//! What happened, in plain values.

use std::sync::Arc;

use coop_engine::{Event, EventKind, IssuerId, Requester, Reservation, ResourceName, Time};

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub revision: u64,
    pub kind: EventKind,
    pub grant: Grant,
    pub label: Arc<str>,
    pub at: i64,
}

/// One reservation; times in microseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub number: u64,
    pub resource: ResourceName,
    pub requester: Requester,
    pub issuer: Option<i64>,
    pub token: [u8; 16],
    pub since: i64,
    pub until: Option<i64>,
    pub label: Arc<str>,
}

impl Grant {
    pub fn of(reservation: &Reservation) -> Self {
        Self {
            number: reservation.fencing_token.as_u64(),
            resource: reservation.resource.clone(),
            requester: reservation.principal.requester.clone(),
            issuer: reservation.principal.issuer.map(IssuerId::as_i64),
            token: *reservation.release_token.as_bytes(),
            since: reservation.reserved_at.as_micros(),
            until: reservation.expires_at.map(Time::as_micros),
            label: Arc::clone(&reservation.label),
        }
    }
}

pub fn facts(events: &[Event]) -> Vec<Fact> {
    let fact = |event: &Event| {
        Some(Fact {
            revision: event.revision.as_u64(),
            kind: event.kind,
            grant: Grant::of(event.reservation()?),
            label: Arc::clone(&event.label),
            at: event.at.as_micros(),
        })
    };
    events.iter().filter_map(fact).collect()
}
