use crate::testing::{
    NO_LIMITS, empty_book, give, in_the_way, issuer, key, reserve, reserve_at, run, run_within,
    second, status_at, status_of, take, told, wait_for,
};
use crate::{
    Book, Command, Decision, Denial, Limits, MemoryBook, Outcome, ReserveItem, ReserveOutcome, Ttl,
    WaiterId,
};

/// Submits one item, at this second.
fn ask(book: &mut MemoryBook, item: ReserveItem, at: i64) -> Decision {
    run(book, &key("k"), &Command::Reserve(vec![item]), second(at))
}

fn release(book: &mut MemoryBook, requester: &str, token: u8, at: i64) -> Decision {
    let command = Command::Unreserve(vec![give(requester, "a", token)]);
    run(book, &key("releaser"), &command, second(at))
}

fn tick(book: &mut MemoryBook, at: i64) -> Decision {
    run(book, &key("k"), &Command::Expire, second(at))
}

/// Who was answered what.
pub(super) fn answers(decision: &Decision) -> Vec<(u64, &'static str)> {
    let answers = decision.answers.iter();
    let words = answers.map(|(waiter, outcome)| match outcome {
        Outcome::Reserve(outcomes) => (waiter.as_u64(), status_of(&outcomes[0])),
        other => panic!("{other:?}"),
    });
    words.collect()
}

/// `a`, held by w1 with token 1, and w2 and w3 wait for it, 10 s and 20 s from second 0 on.
fn two_waiting() -> MemoryBook {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 0, 1)]);
    for (requester, number, seconds) in [("w2", 2, 10), ("w3", 3, 20)] {
        let item = wait_for(take(requester, "a", 60, number), u64::from(number), seconds);
        let decision = ask(&mut book, item, 0);
        assert_eq!(decision.outcome, Outcome::Waiting);
        assert!(decision.changes.iter().all(|change| !change.is_durable()));
    }
    book
}

#[test]
fn what_can_be_had_at_once_is_not_waited_for() {
    let mut book = empty_book();
    let decision = ask(&mut book, wait_for(take("w1", "a", 9, 1), 1, 10), 0);
    assert!(matches!(decision.outcome, Outcome::Reserve(_)));
    assert_eq!(book.tickets().count(), 0);
}

#[test]
fn the_release_grants_it_to_the_first_who_waits_and_wakes_nobody_else() {
    let mut book = two_waiting();
    let decision = release(&mut book, "w1", 1, 4);
    assert_eq!(answers(&decision), [(2, "ACQUIRED")]);
    assert_eq!(told(&decision), ["2 UNRESERVED a w1", "3 RESERVED a w2"]);
    assert_eq!(&*decision.events[1].label, "k");
    // The TTL starts at the grant.
    let granted = crate::testing::holder(&book, "a").expect("granted");
    assert_eq!(
        (granted.reserved_at, granted.expires_at),
        (second(4), Some(second(64)))
    );
}

#[test]
fn an_expiry_grants_it_as_well() {
    let mut book = two_waiting();
    release(&mut book, "w1", 1, 4);
    let decision = ask(&mut book, take("w9", "other", 0, 9), 19);
    assert_eq!(answers(&decision), []);
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 5, 1)]);
    ask(&mut book, wait_for(take("w2", "a", 0, 2), 2, 10), 0);
    assert_eq!(answers(&tick(&mut book, 5)), [(2, "ACQUIRED")]);
}

#[test]
fn newcomers_do_not_barge_and_learn_their_place() {
    let mut book = two_waiting();
    let decision = run(
        &mut book,
        &key("k"),
        &Command::Reserve(vec![take("w4", "a", 0, 4)]),
        second(1),
    );
    let Outcome::Reserve(outcomes) = decision.outcome else {
        panic!("not an answer");
    };
    let expected = [
        "a: Itself a by w1",
        "a: Itself a for w2",
        "a: Itself a for w3",
    ];
    assert_eq!(in_the_way(&outcomes[0]), expected);
    let ReserveOutcome::Refused(refusal) = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(refusal.position, Some(3));
    // Not even in the very decision in which it becomes free.
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 5, 1)]);
    ask(&mut book, wait_for(take("w2", "a", 0, 2), 2, 10), 0);
    let decision = ask(&mut book, take("w3", "a", 0, 3), 5);
    assert_eq!(answers(&decision), [(2, "ACQUIRED")]);
    assert_eq!(
        told(&decision),
        ["2 RESERVATION_EXPIRED a w1", "3 RESERVED a w2"]
    );
}

#[test]
fn at_its_deadline_a_request_is_refused_and_keeps_its_place_for_two_seconds() {
    let mut book = two_waiting();
    assert_eq!(book.next_deadline(), Some(second(10)));
    let decision = tick(&mut book, 10);
    assert_eq!(answers(&decision), [(2, "ALREADY_HELD")]);
    assert_eq!(book.next_deadline(), Some(second(12)));
    // The next long poll finds it again, in front of the other.
    let again = ask(&mut book, wait_for(take("w2", "a", 60, 5), 5, 10), 11);
    assert_eq!(again.outcome, Outcome::Waiting);
    assert_eq!(answers(&release(&mut book, "w1", 1, 12)), [(5, "ACQUIRED")]);
}

#[test]
fn a_place_that_nobody_listens_at_claims_nothing_and_is_gone_after_two_seconds() {
    let mut book = two_waiting();
    tick(&mut book, 10);
    assert_eq!(answers(&release(&mut book, "w1", 1, 11)), [(3, "ACQUIRED")]);
    tick(&mut book, 12);
    assert_eq!(book.tickets().count(), 0);
}

#[test]
fn the_same_principal_asking_the_same_again_waits_in_the_same_place() {
    let mut book = two_waiting();
    ask(&mut book, wait_for(take("w2", "a", 30, 6), 6, 15), 1);
    assert_eq!(book.tickets().count(), 2);
    let decision = release(&mut book, "w1", 1, 4);
    assert_eq!(answers(&decision), [(6, "ALREADY_HAD"), (2, "ACQUIRED")]);
    // The same requester of an issuer is somebody else.
    let mut book = two_waiting();
    let item = wait_for(take("w2", "a", 30, 6), 6, 15);
    run(
        &mut book,
        &issuer(1),
        &Command::Reserve(vec![item]),
        second(1),
    );
    assert_eq!(book.tickets().count(), 3);
}

#[test]
fn who_leaves_is_out_of_the_line_at_once() {
    let mut book = two_waiting();
    let command = Command::Leave(vec![WaiterId::new(2)]);
    assert_eq!(answers(&run(&mut book, &key("k"), &command, second(1))), []);
    assert_eq!(answers(&release(&mut book, "w1", 1, 2)), [(3, "ACQUIRED")]);
}

#[test]
fn when_waiting_ends_everybody_is_refused_now() {
    let mut book = two_waiting();
    let decision = run(&mut book, &key("k"), &Command::EndWaits, second(1));
    assert_eq!(
        answers(&decision),
        [(2, "ALREADY_HELD"), (3, "ALREADY_HELD")]
    );
    assert_eq!(book.tickets().count(), 0);
}

#[test]
fn who_waits_counts_as_active() {
    let mut book = two_waiting();
    let limits = Limits {
        active_reservations: Some(3),
        ..NO_LIMITS
    };
    let denial = Outcome::Denied(Denial::ActiveReservations {
        limit: 3,
        next_deadline: None,
    });
    for item in [take("w4", "b", 0, 4), wait_for(take("w4", "a", 0, 4), 4, 5)] {
        let command = Command::Reserve(vec![item]);
        let decision = run_within(&mut book, &key("k"), &command, second(1), limits);
        assert_eq!(decision.outcome, denial);
    }
    assert_eq!(book.tickets().count(), 2);
}

#[test]
fn at_most_a_thousand_requests_wait() {
    let mut book = two_waiting();
    for number in 3..=1_000 {
        let item = wait_for(take(&format!("n{number}"), "a", 0, 9), number + 100, 60);
        assert_eq!(ask(&mut book, item, 0).outcome, Outcome::Waiting);
    }
    let item = wait_for(take("last", "a", 0, 9), 5_000, 60);
    assert_eq!(
        ask(&mut book, item, 0).outcome,
        Outcome::Denied(Denial::Waiters)
    );
}

#[test]
fn several_items_are_answered_at_once_whatever_they_say_about_waiting() {
    let mut book = two_waiting();
    let items = vec![wait_for(take("w4", "a", 0, 4), 4, 5), take("w4", "b", 0, 5)];
    let outcomes = reserve_at(&mut book, &key("k"), items, 1);
    assert_eq!(status_of(&outcomes[0]), "ALREADY_HELD");
}

#[test]
fn a_lock_delay_is_waited_out() {
    let mut book = empty_book();
    let delayed = crate::testing::delayed(crate::testing::define("a"), 3);
    crate::testing::register(&mut book, vec![delayed]);
    reserve(&mut book, vec![take("w1", "a", 5, 1)]);
    ask(&mut book, wait_for(take("w2", "a", 9, 2), 2, 10), 0);
    assert_eq!(answers(&tick(&mut book, 5)), []);
    assert_eq!(book.next_deadline(), Some(second(8)));
    assert_eq!(answers(&tick(&mut book, 8)), [(2, "ACQUIRED")]);
    assert_eq!(
        Ttl::parse(9).map(|ttl| second(8).saturating_add(ttl)),
        Ok(second(17))
    );
    assert_eq!(
        status_at(&mut book, take("w3", "a", 0, 3), 16),
        "ALREADY_HELD"
    );
}
