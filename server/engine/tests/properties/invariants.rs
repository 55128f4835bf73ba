//! The promises, each told by itself, from nothing but the book before and the decision: they hold whatever engine and
//! model may agree on.

use std::collections::BTreeMap;

use coop_engine::{
    Book, Change, Command, Decision, Event, EventKind, MemoryBook, Outcome, Time, UnreserveOutcome,
};
use proptest::prelude::*;

pub fn hold(
    before: &MemoryBook,
    command: &Command,
    decision: &Decision,
    clock: Time,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(decision.now, clock.max(before.last_now()));
    revisions_grow_without_a_gap_and_grants_with_them(before, decision)?;
    nobody_takes_what_is_held(before, decision)?;
    if let Outcome::Denied(_) = decision.outcome {
        nothing_but_expiries(decision)?;
    }
    if let (Command::Unreserve(items), Outcome::Unreserve(outcomes)) = (command, &decision.outcome)
    {
        prop_assert_eq!(items.len(), outcomes.len());
        let mut freed = Vec::new();
        for (item, outcome) in items.iter().zip(outcomes) {
            if let UnreserveOutcome::Relinquished(released) = outcome {
                let held = &released.reservation;
                let holder = before.asked(item.resource.as_str(), &held.principal);
                prop_assert_eq!(Some(held), holder, "freed what was not held");
                prop_assert_eq!(
                    Some(held.release_token),
                    item.token,
                    "freed by another token"
                );
                freed.push(held.fencing_token);
            }
        }
        let told = decision
            .events
            .iter()
            .filter(|event| event.kind == EventKind::Unreserved);
        let told: Vec<_> = told
            .map(|event| event.reservation().expect("one").fencing_token)
            .collect();
        prop_assert_eq!(told, freed, "freed something else");
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
        let token = event.reservation().expect("one").fencing_token;
        if event.kind == EventKind::Reserved {
            prop_assert_eq!(token, event.revision);
        } else {
            prop_assert!(token < event.revision);
        }
    }
    prop_assert_eq!(decision.revision.as_u64(), last);
    Ok(())
}

/// Follows the changes name by name; a name is held by one or by none at any moment, and only who is due loses it
/// without giving it back.
fn nobody_takes_what_is_held(
    before: &MemoryBook,
    decision: &Decision,
) -> Result<(), TestCaseError> {
    let held = before
        .reservations()
        .map(|held| (held.resource.as_str(), held));
    let mut held: BTreeMap<_, _> = held.collect();
    prop_assert_eq!(decision.changes.len(), decision.events.len());
    for (change, event) in decision.changes.iter().zip(&decision.events) {
        match change {
            Change::Put(new) => {
                prop_assert_eq!(event.kind, EventKind::Reserved);
                prop_assert_eq!(event.reservation().expect("one"), new);
                prop_assert_eq!(held.insert(new.resource.as_str(), new), None);
            }
            Change::Remove(old) => {
                prop_assert_eq!(event.reservation().expect("one"), old);
                prop_assert_eq!(held.remove(old.resource.as_str()), Some(old));
                let expired = event.kind == EventKind::ReservationExpired;
                prop_assert_eq!(old.is_expired(decision.now), expired);
            }
            _ => {}
        }
    }
    Ok(())
}

fn nothing_but_expiries(decision: &Decision) -> Result<(), TestCaseError> {
    for event in &decision.events {
        prop_assert_eq!(
            event.kind,
            EventKind::ReservationExpired,
            "a denied request left a trace"
        );
    }
    Ok(())
}

/// The events tell the whole history: who reads them knows what is in the book.
pub fn replaying_gives_the_book(events: &[Event], book: &MemoryBook) -> Result<(), TestCaseError> {
    let mut replayed = BTreeMap::new();
    for event in events {
        let name = event.reservation().expect("one").resource.as_str();
        match event.kind {
            EventKind::Reserved => replayed.insert(name, event.reservation().expect("one")),
            _ => replayed.remove(name),
        };
    }
    let in_book = book
        .reservations()
        .map(|held| (held.resource.as_str(), held));
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
    prop_assert_eq!(book.next_deadline(), deadlines.first().copied());
    prop_assert_eq!(due, deadlines);
    prop_assert_eq!(book.active(), replayed.len() as u64);
    Ok(())
}
