use crate::testing::{
    blocked, define, empty_book, give, in_the_way, key, pool, register, reserve, run, second,
    status, take,
};
use crate::{Command, MemoryBook, Outcome, UnreserveOutcome};

fn freed(book: &mut MemoryBook, resource: &str, token: u8) -> Vec<String> {
    let command = Command::Unreserve(vec![give("w1", resource, token)]);
    let outcome = run(book, &key("k"), &command, second(0)).outcome;
    let Outcome::Unreserve(outcomes) = outcome else {
        panic!("{outcome:?}");
    };
    let [UnreserveOutcome::Relinquished(released)] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    released.freed.clone()
}

/// `crane` needs `yard`, which needs `gate`.
fn yard() -> MemoryBook {
    let mut book = empty_book();
    let items = vec![
        blocked(define("crane"), &["yard"]),
        blocked(define("yard"), &["gate"]),
    ];
    assert_eq!(register(&mut book, items), Outcome::Registered);
    book
}

#[test]
fn blockers_are_taken_with_theirs_or_nothing_is() {
    let mut book = yard();
    reserve(&mut book, vec![take("w2", "gate", 0, 1)]);
    let refused = reserve(&mut book, vec![take("w1", "crane", 0, 2)]);
    assert_eq!(in_the_way(&refused[0]), ["gate: Itself gate by w2"]);
    assert_eq!(crate::testing::status_of(&refused[0]), "NOT_AVAILABLE");
    assert_eq!(status(&mut book, take("w3", "lorry", 0, 3)), "ACQUIRED");
}

#[test]
fn a_blocker_that_is_held_only_as_such_is_held_for_others() {
    let mut book = yard();
    reserve(&mut book, vec![take("w1", "crane", 0, 1)]);
    assert_eq!(status(&mut book, take("w2", "gate", 0, 2)), "ALREADY_HELD");
    assert_eq!(status(&mut book, take("w1", "gate", 0, 3)), "ACQUIRED");
}

#[test]
fn what_another_reservation_of_the_same_principal_needs_stays_held() {
    let mut book = yard();
    reserve(
        &mut book,
        vec![take("w1", "crane", 0, 1), take("w1", "gate", 0, 2)],
    );
    assert_eq!(freed(&mut book, "crane", 1), ["crane", "yard"]);
    assert_eq!(status(&mut book, take("w2", "gate", 0, 3)), "ALREADY_HELD");
    assert_eq!(freed(&mut book, "gate", 2), ["gate"]);
}

#[test]
fn a_pool_as_blocker_gives_one_slot_to_all_that_one_has() {
    let mut book = empty_book();
    let items = vec![
        pool("van", 2),
        blocked(define("tour a"), &["van"]),
        blocked(define("tour b"), &["van"]),
        blocked(define("tour c"), &["van"]),
    ];
    register(&mut book, items);
    let items = vec![
        take("w1", "tour a", 0, 1),
        take("w1", "tour b", 0, 2),
        take("w2", "tour c", 0, 3),
        take("w3", "van", 0, 4),
    ];
    let outcomes = reserve(&mut book, items);
    let slots: Vec<_> = outcomes[..3]
        .iter()
        .map(|outcome| {
            outcome.reservation().expect("granted").holds.as_slice()[1]
                .node
                .to_string()
        })
        .collect();
    assert_eq!(slots, ["van", "van", "van_1"]);
    assert_eq!(crate::testing::status_of(&outcomes[3]), "NOT_AVAILABLE");
    assert_eq!(freed(&mut book, "tour a", 1), ["tour a"]);
    assert_eq!(freed(&mut book, "tour b", 2), ["tour b", "van_0"]);
}
