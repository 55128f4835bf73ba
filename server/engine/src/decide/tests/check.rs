use crate::testing::{
    blocked, define, empty_book, held, key, name, pool, register, requester_of, reserve, run,
    second, status_of_refusal, take,
};
use crate::{CheckItem, CheckOutcome, Command, Limits, MemoryBook, Mode, Outcome, Would};

fn check(book: &mut MemoryBook, requester: Option<&str>, resource: &str) -> CheckOutcome {
    let item = CheckItem {
        requester: requester.map(requester_of),
        resource: name(resource),
        mode: Mode::Exclusive,
    };
    let decision = run(book, &key("k"), &Command::Check(vec![item]), second(0));
    assert_eq!(decision.changes, []);
    match decision.outcome {
        Outcome::Check(mut outcomes) => outcomes.remove(0),
        other => panic!("not an answer to a check: {other:?}"),
    }
}

fn would(outcome: &CheckOutcome) -> &'static str {
    match &outcome.would {
        Would::Acquire => "ACQUIRED",
        Would::AlreadyHave(_) => "ALREADY_HAD",
        Would::Refuse(refusal) => status_of_refusal(refusal),
    }
}

#[test]
fn checking_says_what_reserving_would_and_takes_nothing() {
    let mut book = empty_book();
    register(&mut book, vec![pool("P", 2), blocked(define("a"), &["b"])]);
    reserve(
        &mut book,
        vec![take("w1", "P", 0, 1), take("w1", "b", 0, 2)],
    );
    let pool = check(&mut book, None, "P");
    assert_eq!(
        (would(&pool), pool.free_slots, pool.capacity.slots()),
        ("ACQUIRED", 1, 2)
    );
    assert_eq!(would(&check(&mut book, Some("w1"), "P")), "ALREADY_HAD");
    assert_eq!(would(&check(&mut book, Some("w1"), "a")), "ACQUIRED");
    assert_eq!(would(&check(&mut book, Some("w2"), "a")), "NOT_AVAILABLE");
    let taken = check(&mut book, None, "b");
    assert_eq!((would(&taken), taken.free_slots), ("ALREADY_HELD", 0));
    assert_eq!(held(&book), ["P", "b"]);
}

#[test]
fn where_registration_is_required_other_names_are_not_valid() {
    let mut book = empty_book();
    register(
        &mut book,
        vec![pool("P", 2), crate::testing::under(define("a"), "top")],
    );
    let limits = Limits {
        requires_registration: true,
        ..crate::testing::NO_LIMITS
    };
    let mut status = |resource| {
        let command = Command::Reserve(vec![take("w1", resource, 0, 1)]);
        let decision =
            crate::testing::run_within(&mut book, &key("k"), &command, second(0), limits);
        match decision.outcome {
            Outcome::Reserve(outcomes) => crate::testing::status_of(&outcomes[0]),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(status("b"), "NOT_REGISTERED");
    assert_eq!(status("P_9"), "NOT_REGISTERED");
    for known in ["P", "P_1", "a", "top"] {
        assert_eq!(status(known), "ACQUIRED", "{known}");
    }
}
