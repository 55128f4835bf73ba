//! What happened, in plain values.

use coop_engine::{Event, EventKind, IssuerId, Principal, Reservation, Subject, Time};

/// A principal: issuer and requester.
pub type Who = (Option<i64>, String);

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub revision: u64,
    pub kind: EventKind,
    pub about: About,
    pub label: String,
    pub at: i64,
    pub forced: bool,
    pub transaction: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum About {
    Grant(Grant),
    Definition(String),
}

/// One reservation; times in microseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub number: u64,
    pub name: String,
    pub who: Who,
    pub shared: bool,
    pub holds: Vec<Kept>,
    pub token: [u8; 16],
    pub since: i64,
    pub until: Option<i64>,
    pub ttl: Option<i64>,
    pub label: String,
}

/// One thing that is held.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub node: String,
    pub known_as: String,
    pub path: Vec<String>,
    pub delay: Option<i64>,
}

pub fn who(principal: &Principal) -> Who {
    let issuer = principal.issuer.map(IssuerId::as_i64);
    (issuer, principal.requester.to_string())
}

impl Grant {
    pub fn of(reservation: &Reservation) -> Self {
        let holds = reservation.holds().map(|held| Kept {
            node: held.node.to_string(),
            known_as: held.name(),
            path: held.path.iter().map(ToString::to_string).collect(),
            delay: held.lock_delay.map(coop_engine::Ttl::as_micros),
        });
        Self {
            number: reservation.fencing_token.as_u64(),
            name: reservation.resource.to_string(),
            who: who(&reservation.principal),
            shared: reservation.mode == coop_engine::Mode::Shared,
            holds: holds.collect(),
            token: *reservation.release_token.as_bytes(),
            since: reservation.reserved_at.as_micros(),
            until: reservation.expires_at.map(Time::as_micros),
            ttl: reservation.ttl.map(coop_engine::Ttl::as_micros),
            label: reservation.label.to_string(),
        }
    }

    pub fn holds(&self, node: &str) -> bool {
        self.holds.iter().any(|kept| kept.node == node)
    }
}

pub fn facts(events: &[Event]) -> Vec<Fact> {
    let fact = |event: &Event| Fact {
        revision: event.revision.as_u64(),
        kind: event.kind,
        about: match &event.subject {
            Subject::Reservation(held) => About::Grant(Grant::of(held)),
            Subject::Definition(definition) => About::Definition(definition.name.to_string()),
        },
        label: event.label.to_string(),
        at: event.at.as_micros(),
        forced: event.reason.is_some(),
        transaction: event.transaction.as_deref().map(str::to_owned),
    };
    events.iter().map(fact).collect()
}
