use crate::testing::{
    blocked, define, delayed, empty_book, give, in_the_way, key, name, register, reserve,
    reserve_at, run, second, status, status_at, take, under,
};
use crate::{
    Book, Closure, Command, ForceReleaseItem, MemoryBook, Outcome, ReserveOutcome, Revision,
};

/// `a`, which stays closed for 10 s, held by w1 from second 0 to second 5.
fn one_held() -> MemoryBook {
    let mut book = empty_book();
    register(&mut book, vec![delayed(define("a"), 10)]);
    reserve(&mut book, vec![take("w1", "a", 5, 1)]);
    book
}

#[test]
fn what_expires_is_closed_to_everyone_from_its_deadline_on() {
    let mut book = one_held();
    for requester in ["w1", "w2"] {
        let refused = reserve_at(&mut book, &key("k"), vec![take(requester, "a", 9, 2)], 7);
        assert_eq!(in_the_way(&refused[0]), ["a: Itself a until 15"]);
        let ReserveOutcome::Refused(refusal) = &refused[0] else {
            panic!("{refused:?}");
        };
        assert_eq!(
            (refusal.held_by(), refusal.available_at()),
            (None, Some(second(15)))
        );
    }
    assert_eq!(
        status_at(&mut book, take("w2", "a", 9, 3), 14),
        "NOT_AVAILABLE"
    );
    assert_eq!(status_at(&mut book, take("w2", "a", 9, 4), 15), "ACQUIRED");
}

#[test]
fn what_is_given_back_is_open_at_once() {
    let mut book = one_held();
    let command = Command::Unreserve(vec![give("w1", "a", 1)]);
    run(&mut book, &key("k"), &command, second(0));
    assert_eq!(status(&mut book, take("w2", "a", 9, 2)), "ACQUIRED");
}

#[test]
fn what_is_taken_by_force_is_closed_from_then_on() {
    let mut book = one_held();
    let item = ForceReleaseItem {
        resource: name("a"),
        fencing_token: Revision::new(2),
    };
    run(
        &mut book,
        &key("k"),
        &Command::ForceRelease(vec![item]),
        second(1),
    );
    assert_eq!(
        status_at(&mut book, take("w1", "a", 9, 2), 10),
        "NOT_AVAILABLE"
    );
    assert_eq!(status_at(&mut book, take("w1", "a", 9, 2), 11), "ACQUIRED");
}

#[test]
fn what_is_still_needed_by_the_same_principal_is_not_closed() {
    let mut book = empty_book();
    let items = vec![delayed(define("b"), 10), blocked(define("a"), &["b"])];
    register(&mut book, items);
    let items = vec![take("w1", "a", 5, 1), take("w1", "b", 0, 2)];
    reserve(&mut book, items);
    run(&mut book, &key("k"), &Command::Expire, second(5));
    assert!(book.closure("b").is_none());
    let command = Command::Unreserve(vec![give("w1", "b", 2)]);
    run(&mut book, &key("k"), &command, second(6));
    assert_eq!(status_at(&mut book, take("w2", "b", 0, 3), 6), "ACQUIRED");
}

#[test]
fn a_lock_delay_closes_what_is_above_and_below() {
    let mut book = empty_book();
    let items = vec![
        delayed(under(define("a"), "top"), 10),
        under(define("leaf"), "top>a"),
    ];
    register(&mut book, items);
    reserve(&mut book, vec![take("w1", "a", 5, 1)]);
    let items = vec![take("w2", "top", 0, 2), take("w2", "leaf", 0, 3)];
    let refused = reserve_at(&mut book, &key("k"), items, 6);
    assert_eq!(in_the_way(&refused[0]), ["top: Descendant a until 15"]);
    assert_eq!(in_the_way(&refused[1]), ["leaf: Ancestor a until 15"]);
}

#[test]
fn the_delay_is_the_one_of_the_grant_and_is_over_before_a_late_announcement() {
    let mut book = one_held();
    assert_eq!(register(&mut book, vec![define("a")]), Outcome::Registered);
    assert_eq!(
        status_at(&mut book, take("w2", "a", 9, 2), 6),
        "NOT_AVAILABLE"
    );
    let mut late = one_held();
    assert_eq!(status_at(&mut late, take("w2", "a", 9, 2), 15), "ACQUIRED");
}

#[test]
fn a_lock_delay_survives_a_restart_and_is_forgotten_when_it_is_over() {
    let mut book = one_held();
    run(&mut book, &key("k"), &Command::Expire, second(5));
    let stored = Closure::clone(book.closure("a").expect("closed"));
    let mut restored = MemoryBook::new(book.revision(), book.last_now());
    let definitions = book
        .all_definitions()
        .map(|known| crate::Definition::clone(known));
    assert_eq!(restored.restore_definitions(definitions), Ok(()));
    assert_eq!(restored.restore_closures([stored]), Ok(()));
    assert_eq!(restored.next_deadline(), Some(second(15)));
    assert_eq!(
        status_at(&mut restored, take("w2", "a", 9, 2), 14),
        "NOT_AVAILABLE"
    );
    let decision = run(&mut restored, &key("k"), &Command::Expire, second(15));
    assert_eq!((decision.changes.len(), decision.events.len()), (1, 0));
    assert_eq!(restored.next_deadline(), None);
}
