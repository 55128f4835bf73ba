use std::sync::Arc;

use crate::testing::{
    NO_LIMITS, empty_book, held, in_the_way, key, pool, register, reserve, run, run_within, second,
    status_of, take, told,
};
use crate::{
    Command, Decision, Denial, Limits, MemoryBook, Method, Outcome, Transaction, TransactionOutcome,
};

fn asked(method: Method, names: &[&str]) -> Transaction {
    let items = names.iter().zip(10..);
    Transaction {
        id: Arc::from("t1"),
        method,
        items: items
            .map(|(name, token)| take("w1", name, 60, token))
            .collect(),
        wait: None,
    }
}

fn transact(
    book: &mut MemoryBook,
    method: Method,
    names: &[&str],
) -> (Decision, TransactionOutcome) {
    let command = Command::Transactions(vec![asked(method, names)]);
    let decision = run(book, &key("k"), &command, second(0));
    let Outcome::Transactions(outcomes) = &decision.outcome else {
        panic!("{decision:?}");
    };
    let outcome = outcomes[0].clone();
    (decision, outcome)
}

fn reserved(outcome: &TransactionOutcome) -> Vec<(usize, &'static str)> {
    let reserved = outcome.reserved.iter();
    reserved
        .map(|(index, outcome)| (*index, status_of(outcome)))
        .collect()
}

fn unavailable(outcome: &TransactionOutcome) -> Vec<usize> {
    outcome
        .unavailable
        .iter()
        .map(|(index, _)| *index)
        .collect()
}

/// `b`, held by another.
fn one_taken() -> MemoryBook {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w2", "b", 0, 1)]);
    book
}

#[test]
fn all_are_taken_and_their_events_name_the_transaction() {
    let mut book = one_taken();
    let (decision, outcome) = transact(&mut book, Method::AllOrNone, &["a", "c"]);
    assert!(outcome.success);
    assert_eq!(reserved(&outcome), [(0, "ACQUIRED"), (1, "ACQUIRED")]);
    assert_eq!(told(&decision), ["2 RESERVED a w1", "3 RESERVED c w1"]);
    assert!(
        decision
            .events
            .iter()
            .all(|event| event.transaction.as_deref() == Some("t1"))
    );
}

#[test]
fn if_one_cannot_be_had_none_is_taken_and_nothing_tells_of_it() {
    let mut book = one_taken();
    let (decision, outcome) = transact(&mut book, Method::AllOrNone, &["a", "b", "c"]);
    assert!(!outcome.success);
    assert_eq!(
        (reserved(&outcome), unavailable(&outcome)),
        (vec![], vec![1])
    );
    assert_eq!(in_the_way(&outcome.unavailable[0].1), ["b: Itself b by w2"]);
    assert_eq!((decision.changes, decision.events), (vec![], vec![]));
}

#[test]
fn what_the_requester_had_before_counts_and_is_kept() {
    let mut book = one_taken();
    reserve(&mut book, vec![take("w1", "a", 0, 2)]);
    let (_, outcome) = transact(&mut book, Method::AllOrNone, &["a", "c"]);
    assert_eq!(reserved(&outcome), [(0, "ALREADY_HAD"), (1, "ACQUIRED")]);
    let (_, outcome) = transact(&mut book, Method::AllOrNone, &["a", "b"]);
    assert!(!outcome.success);
    assert_eq!(held(&book), ["a", "b", "c"]);
}

#[test]
fn as_many_as_possible_are_taken() {
    let mut book = one_taken();
    let (_, outcome) = transact(&mut book, Method::AsManyAsPossible, &["a", "b", "c"]);
    assert_eq!((outcome.success, unavailable(&outcome)), (true, vec![1]));
    assert_eq!(reserved(&outcome), [(0, "ACQUIRED"), (2, "ACQUIRED")]);
    let (_, outcome) = transact(&mut book, Method::AsManyAsPossible, &["b"]);
    assert!(!outcome.success);
}

#[test]
fn the_first_that_is_free_is_taken_and_no_more() {
    let mut book = one_taken();
    let (decision, outcome) = transact(&mut book, Method::First, &["b", "a", "c"]);
    assert_eq!(
        (reserved(&outcome), unavailable(&outcome)),
        (vec![(1, "ACQUIRED")], vec![0])
    );
    assert_eq!(told(&decision), ["2 RESERVED a w1"]);
}

#[test]
fn the_first_is_one_that_is_there_already_before_any_other_is_tried() {
    let mut book = one_taken();
    reserve(&mut book, vec![take("w1", "c", 0, 2)]);
    let (_, outcome) = transact(&mut book, Method::First, &["a", "b", "c"]);
    assert_eq!(
        (reserved(&outcome), unavailable(&outcome)),
        (vec![(2, "ALREADY_HAD")], vec![])
    );
}

#[test]
fn a_reason_is_told_as_it_was_before_the_grant() {
    let mut book = empty_book();
    register(&mut book, vec![pool("P", 1)]);
    register(&mut book, vec![pool("P", 2)]);
    reserve(
        &mut book,
        vec![take("w2", "P", 0, 1), take("w3", "P", 0, 2)],
    );
    let (_, outcome) = transact(&mut book, Method::First, &["P", "a"]);
    assert_eq!(
        (reserved(&outcome), unavailable(&outcome)),
        (vec![(1, "ACQUIRED")], vec![0])
    );
}

#[test]
fn a_request_that_exceeds_the_limit_leaves_nothing() {
    let mut book = one_taken();
    let limits = Limits {
        active_reservations: Some(3),
        ..NO_LIMITS
    };
    let command = Command::Transactions(vec![
        asked(Method::AllOrNone, &["a", "c"]),
        asked(Method::First, &["d"]),
    ]);
    let decision = run_within(&mut book, &key("k"), &command, second(0), limits);
    let denial = Denial::ActiveReservations {
        limit: 3,
        next_deadline: None,
    };
    assert_eq!(decision.outcome, Outcome::Denied(denial));
    assert_eq!(held(&book), ["b"]);
}
