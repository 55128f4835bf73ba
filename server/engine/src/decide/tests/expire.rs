use crate::testing::{NO_LIMITS, empty_book, give, held, key, run, run_within, second, take, told};
use crate::{
    Book, Command, Limits, MemoryBook, Outcome, ReserveOutcome, Revision, Time, UnreserveOutcome,
};

/// `a` to `d` held by w1 from second 0 on, until seconds 4, 3, 2 and 1.
fn four_deadlines() -> MemoryBook {
    let mut book = empty_book();
    let items = vec![
        take("w1", "a", 4, 1),
        take("w1", "b", 3, 2),
        take("w1", "c", 2, 3),
        take("w1", "d", 1, 4),
    ];
    run(&mut book, &key("k"), &Command::Reserve(items), second(0));
    book
}

fn expirations(number: usize) -> Limits {
    Limits {
        of_one_principal: None,
        expirations: number,
        ..NO_LIMITS
    }
}

#[test]
fn a_reservation_ends_at_its_deadline_and_not_a_microsecond_earlier() {
    let mut book = four_deadlines();
    let before = Time::from_micros(999_999);
    let early = run(&mut book, &key("k"), &Command::Expire, before);
    assert_eq!((early.outcome, early.events.len()), (Outcome::Done, 0));
    let at = run(&mut book, &key("k"), &Command::Expire, second(1));
    assert_eq!(told(&at), ["5 RESERVATION_EXPIRED d w1"]);
    assert_eq!(book.next_deadline(), Some(second(2)));
}

#[test]
fn the_earliest_deadlines_go_first_and_no_more_than_allowed() {
    let mut book = four_deadlines();
    let some = run_within(
        &mut book,
        &key("k"),
        &Command::Expire,
        second(9),
        expirations(2),
    );
    assert_eq!(
        told(&some),
        ["5 RESERVATION_EXPIRED d w1", "6 RESERVATION_EXPIRED c w1"]
    );
    assert_eq!(held(&book), ["a", "b"]);
    let none = run_within(
        &mut book,
        &key("k"),
        &Command::Expire,
        second(9),
        expirations(0),
    );
    assert_eq!(none.revision, Revision::new(6));
}

#[test]
fn what_a_command_touches_expires_beyond_the_allowance_and_all_in_order_of_the_deadlines() {
    let mut book = four_deadlines();
    let items = vec![
        take("w2", "a", 0, 5),
        take("w3", "b", 0, 6),
        take("w3", "a", 0, 7),
    ];
    let command = Command::Reserve(items);
    let decision = run_within(&mut book, &key("k"), &command, second(9), expirations(1));
    let expected = [
        "5 RESERVATION_EXPIRED d w1",
        "6 RESERVATION_EXPIRED b w1",
        "7 RESERVATION_EXPIRED a w1",
        "8 RESERVED a w2",
        "9 RESERVED b w3",
    ];
    assert_eq!(told(&decision), expected);
    assert_eq!(held(&book), ["a", "b", "c"]);
}

#[test]
fn the_old_holder_of_an_expired_reservation_gets_a_new_one() {
    let mut book = four_deadlines();
    let command = Command::Reserve(vec![take("w1", "d", 0, 9)]);
    let decision = run(&mut book, &key("k"), &command, second(1));
    let Outcome::Reserve(outcomes) = decision.outcome else {
        panic!("not an answer to a reserve");
    };
    let [ReserveOutcome::Acquired(new)] = outcomes.as_slice() else {
        panic!("not acquired: {outcomes:?}");
    };
    assert_eq!(new.fencing_token, Revision::new(6));
}

#[test]
fn releasing_an_expired_reservation_finds_it_free() {
    let mut book = four_deadlines();
    let command = Command::Unreserve(vec![give("w1", "d", 4)]);
    let decision = run(&mut book, &key("k"), &command, second(1));
    let outcomes = vec![UnreserveOutcome::NotReserved];
    assert_eq!(decision.outcome, Outcome::Unreserve(outcomes));
    assert_eq!(told(&decision), ["5 RESERVATION_EXPIRED d w1"]);
}

#[test]
fn an_expiry_carries_the_label_of_the_key_that_reserved() {
    let mut book = empty_book();
    let command = Command::Reserve(vec![take("w1", "a", 1, 1)]);
    run(&mut book, &key("reserver"), &command, second(0));
    let command = Command::Reserve(vec![take("w2", "a", 1, 2)]);
    let decision = run(&mut book, &key("other"), &command, second(1));
    let labels: Vec<_> = decision.events.iter().map(|event| &*event.label).collect();
    assert_eq!(labels, ["reserver", "other"]);
    assert!(decision.events.iter().all(|event| event.at == second(1)));
}

#[test]
fn a_clock_that_is_set_back_brings_nothing_back_to_life() {
    let mut book = four_deadlines();
    run_within(
        &mut book,
        &key("k"),
        &Command::Expire,
        second(9),
        expirations(0),
    );
    let decision = run(&mut book, &key("k"), &Command::Expire, second(0));
    assert_eq!(decision.now, second(9));
    assert_eq!(decision.events.len(), 4);
}
