//! Short ways to say what tests are about.

use std::sync::Arc;

use crate::{
    Book, By, Caller, Capacity, Command, Decision, Event, IssuerId, Limits, MemoryBook, Mode, Path,
    Refusal, RegisterItem, ReleaseToken, Requester, Reservation, ReserveItem, ReserveOutcome,
    ResourceName, Revision, Side, Subject, Time, Ttl, UnreserveItem, Wait, WaiterId, decide,
};

pub(crate) const NO_LIMITS: Limits = Limits {
    active_reservations: None,
    of_one_principal: None,
    expirations: 1000,
    requires_registration: false,
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

pub(crate) fn name(text: &str) -> ResourceName {
    ResourceName::parse(text).expect("a name")
}

pub(crate) fn requester_of(text: &str) -> Requester {
    Requester::parse(text).expect("a requester")
}

/// To take a resource; `ttl` in seconds, 0 for none.
pub(crate) fn take(requester: &str, resource: &str, ttl: u32, token_number: u8) -> ReserveItem {
    ReserveItem {
        requester: requester_of(requester),
        resource: name(resource),
        mode: Mode::Exclusive,
        ttl: Ttl::parse(ttl).ok(),
        resource_type: Arc::from("UserDefined"),
        metadata: None,
        token: token(token_number),
        wait: None,
    }
}

/// To take it shared.
pub(crate) fn share(item: ReserveItem) -> ReserveItem {
    ReserveItem {
        mode: Mode::Shared,
        ..item
    }
}

/// To wait for it, so many seconds.
pub(crate) fn wait_for(item: ReserveItem, waiter: u64, seconds: u32) -> ReserveItem {
    ReserveItem {
        wait: Some(wait(waiter, seconds)),
        ..item
    }
}

pub(crate) fn wait(waiter: u64, seconds: u32) -> Wait {
    Wait {
        waiter: WaiterId::new(waiter),
        at_most: Ttl::parse(seconds).expect("in range"),
    }
}

/// A definition that says nothing but the name.
pub(crate) fn define(text: &str) -> RegisterItem {
    RegisterItem {
        name: name(text),
        capacity: Capacity::ONE,
        blocks: Vec::new(),
        tree_path: Path::default(),
        lock_delay: None,
    }
}

/// A pool.
pub(crate) fn pool(text: &str, capacity: u16) -> RegisterItem {
    RegisterItem {
        capacity: Capacity::parse(capacity).expect("in range"),
        ..define(text)
    }
}

/// With blockers.
pub(crate) fn blocked(item: RegisterItem, blockers: &[&str]) -> RegisterItem {
    RegisterItem {
        blocks: blockers.iter().map(|text| name(text)).collect(),
        ..item
    }
}

/// In a tree: `"a>b"` for what stands under `b`, which stands under `a`.
pub(crate) fn under(item: RegisterItem, path: &str) -> RegisterItem {
    RegisterItem {
        tree_path: Path::new(path.split('>').map(name).collect()),
        ..item
    }
}

/// With a lock delay of so many seconds.
pub(crate) fn delayed(item: RegisterItem, seconds: u32) -> RegisterItem {
    RegisterItem {
        lock_delay: Ttl::parse(seconds).ok(),
        ..item
    }
}

/// To give a resource back; token number 0 for no token.
pub(crate) fn give(requester: &str, resource: &str, token_number: u8) -> UnreserveItem {
    UnreserveItem {
        requester: requester_of(requester),
        resource: name(resource),
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

/// The answers to reserving at second 0, as the key `k`.
pub(crate) fn reserve(book: &mut MemoryBook, items: Vec<ReserveItem>) -> Vec<ReserveOutcome> {
    reserve_at(book, &key("k"), items, 0)
}

pub(crate) fn reserve_at(
    book: &mut MemoryBook,
    caller: &Caller,
    items: Vec<ReserveItem>,
    at: i64,
) -> Vec<ReserveOutcome> {
    match run(book, caller, &Command::Reserve(items), second(at)).outcome {
        crate::Outcome::Reserve(outcomes) => outcomes,
        other => panic!("not an answer to a reserve: {other:?}"),
    }
}

/// What became of one item, at second 0: the status alone.
pub(crate) fn status(book: &mut MemoryBook, item: ReserveItem) -> &'static str {
    status_at(book, item, 0)
}

pub(crate) fn status_at(book: &mut MemoryBook, item: ReserveItem, at: i64) -> &'static str {
    let outcomes = reserve_at(book, &key("k"), vec![item], at);
    status_of(&outcomes[0])
}

pub(crate) fn status_of(outcome: &ReserveOutcome) -> &'static str {
    match outcome {
        ReserveOutcome::Acquired(_) => "ACQUIRED",
        ReserveOutcome::AlreadyHad(_) => "ALREADY_HAD",
        ReserveOutcome::Refused(refusal) => status_of_refusal(refusal),
    }
}

pub(crate) fn status_of_refusal(refusal: &Refusal) -> &'static str {
    match refusal.status {
        crate::RefusalStatus::AlreadyHeld => "ALREADY_HELD",
        crate::RefusalStatus::NotAvailable => "NOT_AVAILABLE",
        crate::RefusalStatus::NotRegistered => "NOT_REGISTERED",
        crate::RefusalStatus::SharedPool => "SHARED_POOL",
    }
}

/// What stands in the way, in words: `a: Itself a by w1`.
pub(crate) fn in_the_way(outcome: &ReserveOutcome) -> Vec<String> {
    let ReserveOutcome::Refused(refusal) = outcome else {
        panic!("not refused: {outcome:?}");
    };
    let tell = |obstacle: &crate::Obstacle| {
        let by = match &obstacle.by {
            By::Reservation(held) => format!("by {}", held.principal.requester),
            By::LockDelay(until) => format!("until {}", until.as_micros() / 1_000_000),
            By::Waiter(waiter) => format!("for {}", waiter.requester),
            By::Capacity => "no more".to_owned(),
        };
        let needed = &obstacle.needed;
        format!("{needed}: {:?} {} {by}", obstacle.relation, obstacle.found)
    };
    refusal.obstacles.iter().map(tell).collect()
}

/// Registers at second 0.
pub(crate) fn register(book: &mut MemoryBook, items: Vec<RegisterItem>) -> crate::Outcome {
    run(book, &key("k"), &Command::Register(items), second(0)).outcome
}

/// The one who holds a resource exclusively.
pub(crate) fn holder<'b>(book: &'b MemoryBook, node: &str) -> Option<&'b Arc<Reservation>> {
    book.holders(Side::At, node, Mode::Exclusive).next()
}

/// The events of a decision in words: `1 RESERVED a w1`.
pub(crate) fn told(decision: &Decision) -> Vec<String> {
    let tell = |event: &Event| {
        let (revision, kind) = (event.revision, event.kind.as_str());
        match &event.subject {
            Subject::Reservation(held) => {
                let requester = &held.principal.requester;
                format!("{revision} {kind} {} {requester}", held.resource)
            }
            Subject::Definition(definition) => format!("{revision} {kind} {}", definition.name),
        }
    };
    decision.events.iter().map(tell).collect()
}

/// What is held, by the names of the reservations, in order.
pub(crate) fn held(book: &MemoryBook) -> Vec<String> {
    let mut names: Vec<_> = book
        .reservations()
        .map(|r| r.resource.to_string())
        .collect();
    assert_eq!(names.len() as u64, book.active());
    names.sort();
    names
}
