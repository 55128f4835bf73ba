use std::sync::Arc;

use crate::testing::{
    NO_LIMITS, empty_book, held, holder, in_the_way, issuer, key, reserve, reserve_at, run,
    run_within, second, status_of, take, told,
};
use crate::{
    Book, Caller, Command, Decision, Denial, Limits, MemoryBook, Outcome, ReserveItem,
    ReserveOutcome, Revision,
};

fn reserve_within(book: &mut MemoryBook, items: Vec<ReserveItem>, at: i64, limit: u64) -> Decision {
    let limits = Limits {
        active_reservations: Some(limit),
        expirations: 1,
        ..NO_LIMITS
    };
    run_within(
        book,
        &key("k"),
        &Command::Reserve(items),
        second(at),
        limits,
    )
}

fn denial(limit: u64, deadline: Option<i64>) -> Outcome {
    Outcome::Denied(Denial::ActiveReservations {
        limit,
        next_deadline: deadline.map(second),
    })
}

#[test]
fn a_free_resource_is_granted_with_all_that_was_asked_for() {
    let mut book = empty_book();
    let mut item = take("w1", "a", 60, 7);
    item.resource_type = Arc::from("Machine");
    item.metadata = Some(Arc::from("{\"job\":1}"));
    let command = Command::Reserve(vec![item.clone()]);
    let decision = run(&mut book, &issuer(3), &command, second(5));
    let granted = Arc::clone(holder(&book, "a").expect("granted"));
    assert_eq!(granted.fencing_token, Revision::new(1));
    assert!(granted.principal.is(issuer(3).issuer, &item.requester));
    assert_eq!(granted.release_token, item.token);
    assert_eq!(granted.reserved_at, second(5));
    assert_eq!(
        (granted.expires_at, granted.ttl),
        (Some(second(65)), item.ttl)
    );
    assert_eq!(
        (&granted.resource, &*granted.label),
        (&item.resource, "issuer")
    );
    assert_eq!(granted.resource_type, item.resource_type);
    assert_eq!(granted.metadata, item.metadata);
    let outcome = Outcome::Reserve(vec![ReserveOutcome::Acquired(granted)]);
    assert_eq!(decision.outcome, outcome);
}

#[test]
fn without_a_ttl_it_is_held_without_end() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 0, 1)]);
    let granted = holder(&book, "a").expect("granted");
    assert_eq!((granted.expires_at, granted.ttl), (None, None));
    assert_eq!(book.next_deadline(), None);
}

#[test]
fn who_asks_again_gets_what_he_has_unchanged_and_without_an_event() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 60, 1)]);
    let first = Arc::clone(holder(&book, "a").expect("granted"));
    let outcomes = reserve_at(
        &mut book,
        &key("other key"),
        vec![take("w1", "a", 900, 2)],
        0,
    );
    assert_eq!(outcomes, [ReserveOutcome::AlreadyHad(first)]);
    assert_eq!(book.revision(), Revision::new(1));
}

#[test]
fn somebody_else_is_refused_and_learns_what_stands_in_the_way() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 60, 1)]);
    let first = Arc::clone(holder(&book, "a").expect("granted"));
    let outcomes = reserve(&mut book, vec![take("w2", "a", 60, 2)]);
    assert_eq!(status_of(&outcomes[0]), "ALREADY_HELD");
    let ReserveOutcome::Refused(refusal) = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(refusal.held_by(), Some(&first));
    assert_eq!(in_the_way(&outcomes[0]), ["a: Itself a by w1"]);
}

#[test]
fn the_same_requester_of_another_issuer_is_somebody_else() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 0, 1)]);
    reserve_at(&mut book, &issuer(1), vec![take("w1", "b", 0, 2)], 0);
    for (caller, name) in [(issuer(1), "a"), (key("k"), "b"), (issuer(2), "b")] {
        let outcomes = reserve_at(&mut book, &caller, vec![take("w1", name, 0, 3)], 0);
        assert_eq!(status_of(&outcomes[0]), "ALREADY_HELD", "{name}");
    }
}

#[test]
fn items_are_decided_in_order_and_see_what_came_before() {
    let mut book = empty_book();
    let items = vec![
        take("w1", "b", 0, 1),
        take("w2", "a", 0, 2),
        take("w2", "b", 0, 3),
        take("w1", "b", 0, 4),
    ];
    let outcomes = reserve(&mut book, items);
    let [
        ReserveOutcome::Acquired(first),
        ReserveOutcome::Acquired(second),
        ReserveOutcome::Refused(refusal),
        ReserveOutcome::AlreadyHad(again),
    ] = outcomes.as_slice()
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!((refusal.held_by(), again), (Some(first), first));
    assert!(first.fencing_token < second.fencing_token);
}

#[test]
fn the_last_place_is_granted_and_one_more_denied_whole() {
    let mut book = empty_book();
    let two = vec![take("w1", "a", 60, 1), take("w1", "b", 30, 2)];
    reserve_within(&mut book, two, 0, 2);
    assert_eq!(held(&book), ["a", "b"]);

    let more = vec![take("w1", "a", 60, 3), take("w1", "c", 60, 4)];
    let decision = reserve_within(&mut book, more, 0, 2);
    assert_eq!(decision.outcome, denial(2, Some(30)));
    assert_eq!((decision.changes, decision.events), (vec![], vec![]));
    assert_eq!(decision.revision, Revision::new(2));
}

#[test]
fn a_denial_without_any_deadline_says_so() {
    let decision = reserve_within(&mut empty_book(), vec![take("w1", "a", 9, 1)], 0, 0);
    assert_eq!(decision.outcome, denial(0, None));
}

#[test]
fn what_is_refused_or_held_already_does_not_count() {
    let mut book = empty_book();
    reserve_within(&mut book, vec![take("w1", "a", 0, 1)], 0, 1);
    // The limit is now even below what is held, as after a downgrade.
    let items = vec![take("w1", "a", 0, 2), take("w2", "a", 0, 3)];
    let decision = reserve_within(&mut book, items, 0, 0);
    assert!(matches!(decision.outcome, Outcome::Reserve(_)));
}

#[test]
fn an_end_user_at_his_own_limit_is_denied_and_others_are_not() {
    let mut book = empty_book();
    let limits = Limits {
        of_one_principal: Some(2),
        ..NO_LIMITS
    };
    let mut reserve = |caller: &Caller, items, at| {
        run_within(
            &mut book,
            caller,
            &Command::Reserve(items),
            second(at),
            limits,
        )
        .outcome
    };
    let own = Outcome::Denied(Denial::OfOnePrincipal {
        limit: 2,
        next_deadline: Some(second(5)),
    });
    let two = vec![take("u", "a", 5, 1), take("u", "b", 9, 2)];
    assert!(matches!(reserve(&issuer(1), two, 0), Outcome::Reserve(_)));
    assert_eq!(reserve(&issuer(1), vec![take("u", "c", 9, 3)], 1), own);
    for (caller, requester, name) in [
        (issuer(1), "v", "d"),
        (issuer(2), "u", "e"),
        (issuer(1), "u", "a"),
    ] {
        let outcome = reserve(&caller, vec![take(requester, name, 9, 4)], 1);
        assert!(matches!(outcome, Outcome::Reserve(_)), "{name}");
    }
    // What is due takes no place, and a request is denied whole.
    let one = vec![take("u", "c", 9, 5)];
    assert!(matches!(reserve(&issuer(1), one, 5), Outcome::Reserve(_)));
    let three = vec![
        take("w", "f", 9, 6),
        take("w", "g", 9, 7),
        take("w", "h", 9, 8),
    ];
    let denial = Denial::OfOnePrincipal {
        limit: 2,
        next_deadline: None,
    };
    assert_eq!(reserve(&issuer(1), three, 5), Outcome::Denied(denial));
    assert_eq!(
        held(&book),
        ["a", "b", "c", "d", "e"].map(str::to_owned)[1..]
    );
}

#[test]
fn expiries_make_room_and_stay_done_when_the_request_is_denied() {
    let mut book = empty_book();
    let items = vec![take("w1", "a", 1, 1), take("w1", "b", 5, 2)];
    reserve_within(&mut book, items, 0, 2);
    let items = vec![take("w2", "c", 9, 3), take("w2", "d", 9, 4)];
    let decision = reserve_within(&mut book, items, 1, 2);
    assert_eq!(decision.outcome, denial(2, Some(5)));
    assert_eq!(told(&decision), ["3 RESERVATION_EXPIRED a w1"]);
    reserve_within(&mut book, vec![take("w2", "c", 9, 5)], 1, 2);
    assert_eq!(held(&book), ["b", "c"]);
}

#[test]
fn what_is_due_but_not_announced_yet_takes_no_place() {
    let mut book = empty_book();
    let items = (1..=9)
        .map(|n| take("w1", &format!("r{n}"), 1, n))
        .collect();
    run_within(
        &mut book,
        &key("k"),
        &Command::Reserve(items),
        second(0),
        NO_LIMITS,
    );
    // One decision announces one, so eight are left in the book.
    let decision = reserve_within(&mut book, vec![take("w2", "new", 7, 10)], 1, 1);
    assert!(matches!(decision.outcome, Outcome::Reserve(_)));
    assert_eq!(book.active(), 9);
    let decision = reserve_within(&mut book, vec![take("w2", "newer", 7, 11)], 1, 1);
    assert_eq!(decision.outcome, denial(1, Some(8)));
}
