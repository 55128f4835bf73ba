use crate::testing::{
    blocked, define, empty_book, key, name, pool, register, reserve, run, second, take,
};
use crate::{Command, MemoryBook, Outcome, Revision, VerifyItem, VerifyOutcome};

fn verify(book: &mut MemoryBook, resource: &str, token: u64, at: i64) -> &'static str {
    let item = VerifyItem {
        resource: name(resource),
        fencing_token: Revision::new(token),
    };
    let decision = run(book, &key("k"), &Command::Verify(vec![item]), second(at));
    let Outcome::Verify(outcomes) = decision.outcome else {
        panic!("not an answer to a verify");
    };
    match outcomes[0] {
        VerifyOutcome::Current(_) => "CURRENT",
        VerifyOutcome::Stale => "STALE",
        VerifyOutcome::Unknown => "UNKNOWN",
    }
}

#[test]
fn a_token_is_current_until_its_reservation_ends_and_stale_from_then_on() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 5, 1)]);
    assert_eq!(verify(&mut book, "a", 1, 4), "CURRENT");
    assert_eq!(verify(&mut book, "b", 1, 4), "STALE");
    assert_eq!(verify(&mut book, "a", 2, 4), "UNKNOWN");
    assert_eq!(verify(&mut book, "a", 1, 5), "STALE");
    // The expiry had the number 2.
    assert_eq!(verify(&mut book, "a", 2, 5), "STALE");
}

#[test]
fn one_token_covers_the_slot_and_all_blockers_by_every_name() {
    let mut book = empty_book();
    let items = vec![pool("van", 2), blocked(define("tour"), &["van", "key"])];
    register(&mut book, items);
    reserve(&mut book, vec![take("w1", "tour", 0, 1)]);
    for resource in ["tour", "van", "van_0", "key"] {
        assert_eq!(verify(&mut book, resource, 3, 0), "CURRENT", "{resource}");
    }
    assert_eq!(verify(&mut book, "van_1", 3, 0), "STALE");
}
