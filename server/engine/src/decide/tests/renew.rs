use crate::testing::{
    empty_book, key, name, requester_of, reserve, run, second, take, token, told,
};
use crate::{Command, Decision, MemoryBook, Outcome, RenewItem, RenewOutcome, Revision, Time, Ttl};

fn item(ttl: u32, allow_shorten: bool) -> RenewItem {
    RenewItem {
        requester: requester_of("w1"),
        resource: name("a"),
        token: Some(token(1)),
        ttl: Ttl::parse(ttl).ok(),
        at_most: None,
        allow_shorten,
    }
}

/// `a`, held by w1 from second 0 on.
fn one_held(ttl: u32) -> MemoryBook {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", ttl, 1)]);
    book
}

fn renew(book: &mut MemoryBook, item: RenewItem, at: i64) -> Decision {
    run(
        book,
        &key("renewer"),
        &Command::Renew(vec![item]),
        second(at),
    )
}

fn outcome(decision: &Decision) -> &RenewOutcome {
    let Outcome::Renew(outcomes) = &decision.outcome else {
        panic!("{decision:?}");
    };
    &outcomes[0]
}

fn end(decision: &Decision) -> Option<Time> {
    match outcome(decision) {
        RenewOutcome::Renewed(held) => held.expires_at,
        other => panic!("not renewed: {other:?}"),
    }
}

#[test]
fn renewing_moves_the_deadline_and_tells_of_it_and_keeps_the_fencing_token() {
    let mut book = one_held(10);
    let decision = renew(&mut book, item(60, false), 5);
    assert_eq!(end(&decision), Some(second(65)));
    assert_eq!(told(&decision), ["2 RESERVATION_RENEWED a w1"]);
    assert_eq!(&*decision.events[0].label, "renewer");
    let held = crate::testing::holder(&book, "a").expect("held");
    assert_eq!(held.fencing_token, Revision::new(1));
}

#[test]
fn without_a_ttl_it_lasts_as_long_again_as_it_was_last_asked_for() {
    let mut book = one_held(10);
    assert_eq!(end(&renew(&mut book, item(0, false), 5)), Some(second(15)));
    renew(&mut book, item(30, false), 6);
    assert_eq!(end(&renew(&mut book, item(0, false), 7)), Some(second(37)));
}

#[test]
fn renewing_never_shortens_unless_that_is_allowed() {
    let mut book = one_held(60);
    assert_eq!(end(&renew(&mut book, item(1, false), 5)), Some(second(60)));
    assert_eq!(end(&renew(&mut book, item(1, true), 5)), Some(second(6)));
}

#[test]
fn what_has_no_end_gets_one_only_if_that_is_allowed() {
    let mut book = one_held(0);
    let unchanged = renew(&mut book, item(9, false), 5);
    assert_eq!((end(&unchanged), unchanged.events.len()), (None, 0));
    assert_eq!(end(&renew(&mut book, item(0, true), 5)), None);
    assert_eq!(end(&renew(&mut book, item(9, true), 5)), Some(second(14)));
}

#[test]
fn at_the_deadline_it_is_lost() {
    let mut book = one_held(10);
    let decision = renew(&mut book, item(60, false), 10);
    assert_eq!(outcome(&decision), &RenewOutcome::Lost);
    assert_eq!(told(&decision), ["2 RESERVATION_EXPIRED a w1"]);
}

#[test]
fn renewing_what_another_holds_or_with_a_wrong_token_changes_nothing() {
    let mut book = one_held(10);
    let mut others = item(60, false);
    others.requester = requester_of("w2");
    let decision = renew(&mut book, others, 5);
    assert!(matches!(
        outcome(&decision),
        RenewOutcome::DoesntOwnReservation(_)
    ));
    for token in [None, Some(token(9))] {
        let wrong = RenewItem {
            token,
            ..item(60, false)
        };
        let decision = renew(&mut book, wrong, 5);
        assert_eq!(outcome(&decision), &RenewOutcome::InvalidReleaseToken);
    }
    assert_eq!(crate::Book::next_deadline(&book), Some(second(10)));
}

#[test]
fn what_was_asked_for_before_counts_no_more_than_what_may_be_asked_for_now() {
    let mut book = one_held(60);
    let left_out = RenewItem {
        at_most: Ttl::parse(20_u32).ok(),
        ..item(0, false)
    };
    // It never ends earlier than it would have.
    let decision = renew(&mut book, left_out.clone(), 10);
    assert_eq!(end(&decision), Some(second(60)));
    let decision = renew(&mut book, left_out, 50);
    assert_eq!(end(&decision), Some(second(70)));
}
