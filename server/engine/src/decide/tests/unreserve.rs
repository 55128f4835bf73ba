use std::{slice, sync::Arc};

use crate::testing::{empty_book, give, held, holder, issuer, key, run, second, take, told};
use crate::{
    Book, Caller, Command, MemoryBook, Outcome, Released, UnreserveItem, UnreserveOutcome,
};

fn one_held() -> MemoryBook {
    let mut book = empty_book();
    let command = Command::Reserve(vec![take("w1", "a", 60, 1)]);
    run(&mut book, &key("k"), &command, second(0));
    book
}

fn unreserve(
    book: &mut MemoryBook,
    caller: &Caller,
    items: Vec<UnreserveItem>,
) -> Vec<UnreserveOutcome> {
    match run(book, caller, &Command::Unreserve(items), second(0)).outcome {
        Outcome::Unreserve(outcomes) => outcomes,
        other => panic!("not an answer to an unreserve: {other:?}"),
    }
}

#[test]
fn the_holder_with_the_token_frees_it_with_any_key_and_the_event_names_that_key() {
    let mut book = one_held();
    let was_held = Arc::clone(holder(&book, "a").expect("held"));
    let command = Command::Unreserve(vec![give("w1", "a", 1)]);
    let decision = run(&mut book, &key("releaser"), &command, second(1));
    let outcomes = vec![UnreserveOutcome::Relinquished(Released {
        reservation: was_held,
        freed: vec!["a".to_owned()],
    })];
    assert_eq!(decision.outcome, Outcome::Unreserve(outcomes));
    assert_eq!(told(&decision), ["2 UNRESERVED a w1"]);
    assert_eq!(&*decision.events[0].label, "releaser");
    assert_eq!((held(&book).len(), book.next_deadline()), (0, None));
}

#[test]
fn a_wrong_or_missing_token_frees_nothing() {
    let mut book = one_held();
    let items = vec![give("w1", "a", 2), give("w1", "a", 0)];
    let outcomes = unreserve(&mut book, &key("k"), items);
    let invalid = UnreserveOutcome::InvalidReleaseToken;
    assert_eq!(outcomes, [invalid.clone(), invalid]);
    assert_eq!(held(&book), ["a"]);
}

#[test]
fn another_principal_is_told_so_even_with_the_right_token() {
    let mut book = one_held();
    let was_held = Arc::clone(holder(&book, "a").expect("held"));
    let not_his = UnreserveOutcome::DoesntOwnReservation(was_held);
    for (caller, requester) in [(key("k"), "w2"), (issuer(1), "w1")] {
        let outcomes = unreserve(&mut book, &caller, vec![give(requester, "a", 1)]);
        assert_eq!(outcomes.as_slice(), slice::from_ref(&not_his));
    }
    assert_eq!(held(&book), ["a"]);
}

#[test]
fn freeing_what_is_free_is_no_error_also_within_one_request() {
    let mut book = one_held();
    let items = vec![give("w1", "a", 1), give("w1", "a", 1), give("w1", "b", 0)];
    let outcomes = unreserve(&mut book, &key("k"), items);
    let free = UnreserveOutcome::NotReserved;
    assert!(matches!(outcomes[0], UnreserveOutcome::Relinquished(_)));
    assert_eq!(outcomes[1..], [free.clone(), free]);
}

#[test]
fn the_token_of_an_earlier_grant_to_the_same_holder_does_not_free_the_new_one() {
    let mut book = one_held();
    unreserve(&mut book, &key("k"), vec![give("w1", "a", 1)]);
    let command = Command::Reserve(vec![take("w1", "a", 60, 2)]);
    run(&mut book, &key("k"), &command, second(0));
    let outcomes = unreserve(&mut book, &key("k"), vec![give("w1", "a", 1)]);
    assert_eq!(outcomes, [UnreserveOutcome::InvalidReleaseToken]);
    assert_eq!(held(&book), ["a"]);
}

#[test]
fn a_wrong_token_does_not_stop_the_other_items() {
    let mut book = one_held();
    let command = Command::Reserve(vec![take("w1", "b", 60, 2)]);
    run(&mut book, &key("k"), &command, second(0));
    let items = vec![give("w1", "a", 9), give("w1", "b", 2)];
    let outcomes = unreserve(&mut book, &key("k"), items);
    assert_eq!(outcomes[0], UnreserveOutcome::InvalidReleaseToken);
    assert_eq!(held(&book), ["a"]);
}
