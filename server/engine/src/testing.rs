//! Short ways to say what tests are about.

use std::sync::Arc;

use crate::{
    Book, Caller, Command, Decision, IssuerId, Limits, MemoryBook, ReleaseToken, Requester,
    ReserveItem, ResourceName, Revision, Time, Ttl, UnreserveItem, decide,
};

pub(crate) const NO_LIMITS: Limits = Limits {
    active_reservations: None,
    of_one_principal: None,
    expirations: 1000,
};

/// The time so many seconds after the epoch.
pub(crate) fn second(seconds: i64) -> Time {
    Time::from_micros(seconds * 1_000_000)
}

/// An empty book at the epoch.
pub(crate) fn empty_book() -> MemoryBook {
    MemoryBook::new(Revision::ZERO, second(0))
}

/// Whoever has the API key with this label.
pub(crate) fn key(label: &str) -> Caller {
    Caller {
        issuer: None,
        label: Arc::from(label),
    }
}

/// Whoever has a token exchanged for one of this issuer.
pub(crate) fn issuer(id: i64) -> Caller {
    Caller {
        issuer: Some(IssuerId::new(id)),
        label: Arc::from("issuer"),
    }
}

/// A different token for each number.
pub(crate) fn token(number: u8) -> ReleaseToken {
    ReleaseToken::from_random([number; 16])
}

/// To take a resource; `ttl` in seconds, 0 for none.
pub(crate) fn take(requester: &str, resource: &str, ttl: u32, token_number: u8) -> ReserveItem {
    ReserveItem {
        requester: Requester::parse(requester).expect("a requester"),
        resource: ResourceName::parse(resource).expect("a name"),
        ttl: Ttl::parse(ttl).ok(),
        resource_type: Arc::from("UserDefined"),
        metadata: None,
        token: token(token_number),
    }
}

/// To give a resource back; token number 0 for no token.
pub(crate) fn give(requester: &str, resource: &str, token_number: u8) -> UnreserveItem {
    UnreserveItem {
        requester: Requester::parse(requester).expect("a requester"),
        resource: ResourceName::parse(resource).expect("a name"),
        token: (token_number != 0).then(|| token(token_number)),
    }
}

/// Decides without limits and applies.
pub(crate) fn run(
    book: &mut MemoryBook,
    caller: &Caller,
    command: &Command,
    now: Time,
) -> Decision {
    run_within(book, caller, command, now, NO_LIMITS)
}

/// Decides and applies.
pub(crate) fn run_within(
    book: &mut MemoryBook,
    caller: &Caller,
    command: &Command,
    now: Time,
    limits: Limits,
) -> Decision {
    let decision = decide(book, caller, command, now, &limits);
    book.apply(&decision).expect("a decision fits its book");
    decision
}

/// The events of a decision in words: `1 RESERVED a w1`.
pub(crate) fn told(decision: &Decision) -> Vec<String> {
    let tell = |event: &crate::Event| {
        let kind = event.kind.as_str();
        let held = &event.reservation;
        let requester = &held.principal.requester;
        format!("{} {kind} {} {requester}", event.revision, held.resource)
    };
    decision.events.iter().map(tell).collect()
}

/// The names that are held, in order.
pub(crate) fn held(book: &MemoryBook) -> Vec<String> {
    let mut names: Vec<_> = book
        .reservations()
        .map(|r| r.resource.to_string())
        .collect();
    assert_eq!(names.len() as u64, book.active());
    names.sort();
    names
}
