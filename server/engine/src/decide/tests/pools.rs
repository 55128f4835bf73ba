use crate::testing::{
    empty_book, give, held, in_the_way, key, name, pool, register, reserve, run, second, share,
    status, take,
};
use crate::{Command, MemoryBook, Outcome, Reservation, ReserveOutcome};

fn slot(outcome: &ReserveOutcome) -> String {
    let held = outcome.reservation().expect("granted");
    Reservation::holds(held).next().expect("a hold").name()
}

fn with_pool(capacity: u16) -> MemoryBook {
    let mut book = empty_book();
    assert_eq!(
        register(&mut book, vec![pool("P", capacity)]),
        Outcome::Registered
    );
    book
}

#[test]
fn the_lowest_free_slot_is_given_until_none_is_left() {
    let mut book = with_pool(2);
    let items = vec![
        take("w1", "P", 5, 1),
        take("w2", "P", 3, 2),
        take("w3", "P", 9, 3),
    ];
    let outcomes = reserve(&mut book, items);
    assert_eq!(slot(&outcomes[0]), "P_0");
    assert_eq!(slot(&outcomes[1]), "P_1");
    // Who ends first comes first.
    assert_eq!(
        in_the_way(&outcomes[2]),
        ["P: Slot P_1 by w2", "P: Slot P_0 by w1"]
    );
    run(
        &mut book,
        &key("k"),
        &Command::Unreserve(vec![give("w1", "P", 1)]),
        second(0),
    );
    let again = reserve(&mut book, vec![take("w3", "P", 9, 4)]);
    assert_eq!(slot(&again[0]), "P_0");
}

#[test]
fn a_slot_may_be_had_by_its_own_name_and_is_then_not_given_out() {
    let mut book = with_pool(2);
    let outcomes = reserve(
        &mut book,
        vec![take("w1", "P_0", 0, 1), take("w2", "P", 0, 2)],
    );
    assert_eq!(
        (slot(&outcomes[0]), slot(&outcomes[1])),
        ("P_0".to_owned(), "P_1".to_owned())
    );
    assert_eq!(status(&mut book, take("w3", "P_1", 0, 3)), "ALREADY_HELD");
}

#[test]
fn one_who_asks_for_the_slot_that_he_has_through_the_pool_has_it_already() {
    let mut book = with_pool(2);
    reserve(&mut book, vec![take("w1", "P", 0, 1)]);
    assert_eq!(status(&mut book, take("w1", "P", 0, 2)), "ALREADY_HAD");
    assert_eq!(status(&mut book, take("w1", "P_0", 0, 2)), "ALREADY_HAD");
    assert_eq!(status(&mut book, take("w1", "P_1", 0, 2)), "ACQUIRED");
    let command = Command::Unreserve(vec![give("w1", "P_0", 1)]);
    run(&mut book, &key("k"), &command, second(0));
    assert_eq!(held(&book), ["P_1"]);
}

#[test]
fn one_who_holds_a_slot_by_its_name_shares_it_with_himself_when_he_asks_for_the_pool() {
    let mut book = with_pool(2);
    let outcomes = reserve(
        &mut book,
        vec![take("w1", "P_1", 0, 1), take("w1", "P", 0, 2)],
    );
    assert_eq!(slot(&outcomes[1]), "P_1");
    let command = Command::Unreserve(vec![give("w1", "P_1", 1)]);
    let decision = run(&mut book, &key("k"), &command, second(0));
    let Outcome::Unreserve(outcomes) = decision.outcome else {
        panic!("not an answer");
    };
    let crate::UnreserveOutcome::Relinquished(released) = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(released.freed, Vec::<String>::new());
}

#[test]
fn a_resource_becomes_a_pool_while_it_is_held() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "P", 0, 1)]);
    assert_eq!(register(&mut book, vec![pool("P", 2)]), Outcome::Registered);
    assert_eq!(status(&mut book, take("w1", "P_0", 0, 2)), "ALREADY_HAD");
    let outcomes = reserve(
        &mut book,
        vec![take("w2", "P_0", 0, 3), take("w2", "P", 0, 4)],
    );
    assert_eq!(in_the_way(&outcomes[0])[0], "P_0: Itself P_0 by w1");
    assert_eq!(slot(&outcomes[1]), "P_1");
}

#[test]
fn a_pool_that_has_become_smaller_drains() {
    let mut book = with_pool(3);
    let items = vec![take("w1", "P_1", 0, 1), take("w2", "P_2", 0, 2)];
    reserve(&mut book, items);
    register(&mut book, vec![pool("P", 2)]);
    // Two are in use, though one of them has no number below two.
    assert_eq!(status(&mut book, take("w3", "P", 0, 3)), "NOT_AVAILABLE");
    assert_eq!(status(&mut book, take("w2", "P_2", 0, 4)), "ALREADY_HAD");
    run(
        &mut book,
        &key("k"),
        &Command::Unreserve(vec![give("w2", "P_2", 2)]),
        second(0),
    );
    let refused = reserve(&mut book, vec![take("w2", "P_2", 0, 5)]);
    assert_eq!(in_the_way(&refused[0])[0], "P_2: Itself P_2 no more");
    assert_eq!(status(&mut book, take("w3", "P", 0, 6)), "ACQUIRED");
}

#[test]
fn a_pool_of_one_waits_for_the_slots_it_had() {
    let mut book = with_pool(2);
    reserve(&mut book, vec![take("w1", "P_1", 0, 1)]);
    register(&mut book, vec![pool("P", 1)]);
    let refused = reserve(&mut book, vec![take("w2", "P", 0, 2)]);
    assert_eq!(in_the_way(&refused[0]), ["P: Slot P_1 by w1"]);
    run(
        &mut book,
        &key("k"),
        &Command::Unreserve(vec![give("w1", "P_1", 1)]),
        second(0),
    );
    assert_eq!(status(&mut book, take("w2", "P", 0, 3)), "ACQUIRED");
}

#[test]
fn a_name_that_would_become_the_first_slot_while_it_is_held_stops_the_pool() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "P_0", 0, 1)]);
    let in_use = Outcome::Denied(crate::Denial::InUse(name("P_0")));
    assert_eq!(register(&mut book, vec![pool("P", 2)]), in_use);
}

#[test]
fn one_who_holds_a_slot_that_drains_is_told_that_it_is_himself() {
    let mut book = with_pool(2);
    reserve(&mut book, vec![take("w1", "P_1", 0, 1)]);
    register(&mut book, vec![pool("P", 1)]);
    let refused = reserve(&mut book, vec![take("w1", "P", 0, 2)]);
    assert_eq!(in_the_way(&refused[0]), ["P: Slot P_1 by w1"]);
}

#[test]
fn a_slot_that_drains_is_named_to_who_would_share_what_is_left_also_if_it_is_shared_itself() {
    let mut book = empty_book();
    reserve(&mut book, vec![share(take("w1", "P_1", 0, 1))]);
    register(&mut book, vec![pool("P", 2)]);
    register(&mut book, vec![pool("P", 1)]);
    let refused = reserve(&mut book, vec![share(take("w2", "P", 0, 2))]);
    assert_eq!(in_the_way(&refused[0]), ["P: Slot P_1 by w1"]);
}
