//! The promises, each told by itself, from nothing but the book before and the decision: they hold whatever engine and
//! model may agree on.

use std::collections::BTreeMap;

use coop_engine::{
    Book, By, Command, Decision, Event, EventKind, Held, MemoryBook, Mode, Outcome, Refusal,
    Relation, Reservation, ReserveOutcome, Time, UnreserveOutcome,
};
use proptest::prelude::*;

pub fn hold(
    before: &MemoryBook,
    command: &Command,
    decision: &Decision,
    clock: Time,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(decision.now, clock.max(before.last_now()));
    all_who_wait_for_a_reservation_are_counted(before)?;
    revisions_grow_without_a_gap_and_grants_with_them(before, decision)?;
    if let Outcome::Denied(_) = decision.outcome {
        nothing_but_expiries_and_grants_to_those_who_wait(decision)?;
    }
    if let Outcome::Reserve(outcomes) = &decision.outcome {
        for outcome in outcomes {
            if let ReserveOutcome::Refused(refusal) = outcome {
                a_refusal_says_why(refusal, decision.now)?;
            }
        }
    }
    if let (Command::Unreserve(items), Outcome::Unreserve(outcomes)) = (command, &decision.outcome)
    {
        prop_assert_eq!(items.len(), outcomes.len());
        for (item, outcome) in items.iter().zip(outcomes) {
            if let UnreserveOutcome::Relinquished(released) = outcome {
                let held = &released.reservation;
                prop_assert_eq!(Some(held.release_token), item.token, "another token");
                prop_assert_eq!(&held.principal.requester, &item.requester);
                prop_assert!(before.reservations().any(|known| known == held));
            }
        }
    }
    Ok(())
}

fn all_who_wait_for_a_reservation_are_counted(book: &MemoryBook) -> Result<(), TestCaseError> {
    for held in book.reservations() {
        let waiting = book.tickets().filter(|ticket| {
            let is_kept_out = ticket.wants.iter().any(|want| held.keeps_out(want));
            ticket.is_heard() && ticket.principal != held.principal && is_kept_out
        });
        prop_assert_eq!(book.waiting_for(held), waiting.count());
    }
    Ok(())
}

fn revisions_grow_without_a_gap_and_grants_with_them(
    before: &MemoryBook,
    decision: &Decision,
) -> Result<(), TestCaseError> {
    let mut last = before.revision().as_u64();
    for event in &decision.events {
        last += 1;
        prop_assert_eq!(event.revision.as_u64(), last);
        let Some(reservation) = event.reservation() else {
            continue;
        };
        let token = reservation.fencing_token;
        if event.kind == EventKind::Reserved {
            prop_assert_eq!(token, event.revision);
        } else {
            prop_assert!(token < event.revision);
        }
        let is_due = reservation.is_expired(decision.now);
        if event.kind == EventKind::ReservationExpired {
            prop_assert!(is_due, "expired too early");
        }
    }
    prop_assert_eq!(decision.revision.as_u64(), last);
    Ok(())
}

fn nothing_but_expiries_and_grants_to_those_who_wait(
    decision: &Decision,
) -> Result<(), TestCaseError> {
    let granted = decision
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Reserved);
    let answered = decision
        .answers
        .iter()
        .flat_map(|(_, outcome)| match outcome {
            Outcome::Reserve(outcomes) => outcomes.iter().collect::<Vec<_>>(),
            Outcome::Transactions(all) => {
                let reserved = all.iter().flat_map(|one| &one.reserved);
                reserved.map(|(_, outcome)| outcome).collect()
            }
            _ => Vec::new(),
        });
    let acquired = answered.filter(|outcome| matches!(outcome, ReserveOutcome::Acquired(_)));
    prop_assert_eq!(
        granted.count(),
        acquired.count(),
        "a denied request left a trace"
    );
    let others = decision.events.iter().find(|event| {
        !matches!(
            event.kind,
            EventKind::Reserved | EventKind::ReservationExpired
        )
    });
    prop_assert_eq!(others, None);
    Ok(())
}

fn a_refusal_says_why(refusal: &Refusal, now: Time) -> Result<(), TestCaseError> {
    let ends: Vec<_> = refusal
        .obstacles
        .iter()
        .map(coop_engine::Obstacle::ends)
        .collect();
    prop_assert!(ends.is_sorted() || refusal.obstacles.len() > 10);
    let may_come = matches!(
        refusal.status,
        coop_engine::RefusalStatus::AlreadyHeld | coop_engine::RefusalStatus::NotAvailable
    );
    prop_assert_eq!(!refusal.obstacles.is_empty(), may_come, "{:?}", refusal);
    for obstacle in &refusal.obstacles {
        if let By::LockDelay(until) = obstacle.by {
            prop_assert!(until > now);
        }
        prop_assert!(obstacle.relation != Relation::Descendant || !obstacle.found.is_empty());
    }
    Ok(())
}

/// No two principals hold things that exclude each other: every pair is looked at.
pub fn nobody_holds_what_another_has(book: &MemoryBook) -> Result<(), TestCaseError> {
    let all: Vec<_> = book.reservations().collect();
    for (index, one) in all.iter().enumerate() {
        for other in &all[..index] {
            let shared = one.mode == Mode::Shared && other.mode == Mode::Shared;
            if one.principal != other.principal && !shared {
                let met = one
                    .holds()
                    .find(|held| other.holds().any(|other| meet(held, &other)));
                prop_assert_eq!(met, None, "{:?} and {:?}", one, other);
            }
        }
    }
    Ok(())
}

fn meet(a: &Held<'_>, b: &Held<'_>) -> bool {
    a.node == b.node || a.path.contains(b.node) || b.path.contains(a.node)
}

/// The events tell the whole history: who reads them knows what is in the book.
pub fn replaying_gives_the_book(events: &[Event], book: &MemoryBook) -> Result<(), TestCaseError> {
    let mut replayed: BTreeMap<_, &Reservation> = BTreeMap::new();
    for event in events {
        let Some(reservation) = event.reservation() else {
            continue;
        };
        let number = reservation.fencing_token;
        match event.kind {
            EventKind::Unreserved | EventKind::ReservationExpired => replayed.remove(&number),
            _ => replayed.insert(number, reservation),
        };
    }
    let in_book = book
        .reservations()
        .map(|held| (held.fencing_token, &**held));
    prop_assert_eq!(&replayed, &in_book.collect());
    let mut deadlines: Vec<_> = replayed
        .values()
        .filter_map(|held| held.expires_at)
        .collect();
    deadlines.sort();
    let due: Vec<_> = book
        .due(Time::MAX)
        .filter_map(|held| held.expires_at)
        .collect();
    prop_assert_eq!(due, deadlines);
    prop_assert_eq!(book.active(), replayed.len() as u64);
    Ok(())
}
