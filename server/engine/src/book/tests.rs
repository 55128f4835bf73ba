use std::sync::Arc;

use super::{Book, Corrupt, MemoryBook};
use crate::testing::{
    NO_LIMITS, blocked, define, empty_book, give, held, holder, key, name, register, requester_of,
    run, second, take, under, wait_for,
};
use crate::{
    Change, Closure, Command, Decision, Hold, Holds, Path, Reservation, Revision, Time, decide,
};

/// `a` held for 60 s and `b` without end, both from second 0 on.
fn two_held() -> MemoryBook {
    let mut book = empty_book();
    let items = vec![take("w1", "a", 60, 1), take("w1", "b", 0, 2)];
    run(&mut book, &key("k"), &Command::Reserve(items), second(0));
    book
}

fn decided(book: &MemoryBook, command: &Command) -> Decision {
    decide(book, &key("k"), command, second(1), &NO_LIMITS)
}

fn releasing_both(book: &MemoryBook) -> Decision {
    let items = vec![give("w1", "a", 1), give("w1", "b", 2)];
    decided(book, &Command::Unreserve(items))
}

fn granting_two(book: &MemoryBook) -> Decision {
    let items = vec![take("w1", "c", 5, 3), take("w1", "d", 5, 4)];
    decided(book, &Command::Reserve(items))
}

/// The book refuses the decision for this reason, and is as it was.
fn refused(book: &mut MemoryBook, decision: &Decision) -> Corrupt {
    let before = (
        held(book),
        book.revision(),
        book.last_now(),
        book.next_deadline(),
    );
    let corrupt = book.apply(decision).expect_err("refused");
    let after = (
        held(book),
        book.revision(),
        book.last_now(),
        book.next_deadline(),
    );
    assert_eq!(before, after);
    corrupt
}

#[test]
fn a_restored_book_answers_like_the_one_that_was_stored() {
    let book = two_held();
    let mut restored = MemoryBook::new(book.revision(), book.last_now());
    let stored = book.reservations().map(|held| Reservation::clone(held));
    assert_eq!(restored.restore(stored), Ok(()));
    assert_eq!(
        (restored.active(), restored.revision()),
        (2, Revision::new(2))
    );
    assert_eq!(holder(&restored, "a"), holder(&book, "a"));
    assert_eq!(restored.next_deadline(), Some(second(60)));
    assert_eq!(restored.due(second(60)).count(), 1);
    assert_eq!(restored.due(Time::from_micros(59_999_999)).count(), 0);
}

#[test]
fn two_stored_holders_of_one_resource_are_refused() {
    let stored = Arc::clone(holder(&two_held(), "a").expect("held"));
    let mut book = MemoryBook::new(Revision::new(2), second(0));
    let twice = book.restore([Arc::clone(&stored), stored.clone()]);
    assert_eq!(twice, Err(Corrupt::SecondHolder(stored.resource.clone())));
}

#[test]
fn stored_fencing_tokens_must_be_known_and_single() {
    let stored = Arc::clone(holder(&two_held(), "a").expect("held"));
    let mut too_old = empty_book();
    let unknown = Corrupt::FencingToken(Revision::new(1));
    assert_eq!(too_old.restore([Arc::clone(&stored)]), Err(unknown.clone()));

    let mut other = Reservation::clone(&stored);
    other.resource = take("w1", "other", 0, 1).resource;
    let mut book = MemoryBook::new(Revision::new(2), second(0));
    assert_eq!(book.restore([stored, Arc::new(other)]), Err(unknown));
}

#[test]
fn a_second_holder_is_refused_and_the_changes_before_it_are_taken_back() {
    let mut book = two_held();
    let mut decision = granting_two(&book);
    let Change::Put(granted) = &mut decision.changes[1] else {
        panic!("not a grant");
    };
    let taken = holder(&book, "b").expect("held").resource.clone();
    Arc::make_mut(granted).resource = taken.clone();
    assert_eq!(refused(&mut book, &decision), Corrupt::SecondHolder(taken));
}

#[test]
fn removing_what_is_not_there_is_refused_and_the_changes_before_it_are_taken_back() {
    let wrongs: [fn(&mut Reservation); 3] = [
        |ended| ended.fencing_token = Revision::new(1),
        |ended| ended.expires_at = Some(second(60)),
        |ended| ended.resource = take("w1", "never held", 0, 1).resource,
    ];
    for wrong in wrongs {
        let mut book = two_held();
        let mut decision = releasing_both(&book);
        let Change::Remove(ended) = &mut decision.changes[1] else {
            panic!("not a release");
        };
        wrong(Arc::make_mut(ended));
        let corrupt = Corrupt::NotHeld {
            resource: ended.resource.clone(),
            fencing_token: ended.fencing_token,
        };
        assert_eq!(refused(&mut book, &decision), corrupt);
    }
}

#[test]
fn a_decision_is_applied_once_and_to_its_own_book_only() {
    let mut book = two_held();
    let decision = granting_two(&book);
    assert_eq!(book.apply(&decision), Ok(()));
    let again = Corrupt::RevisionGap {
        expected: Revision::new(5),
        found: Revision::new(3),
    };
    assert_eq!(refused(&mut book, &decision), again);
}

#[test]
fn events_without_the_right_revisions_are_refused() {
    let mut book = two_held();
    let good = granting_two(&book);
    let gap = |expected, found| Corrupt::RevisionGap {
        expected: Revision::new(expected),
        found: Revision::new(found),
    };
    let mut skips = good.clone();
    skips.events[1].revision = Revision::new(5);
    assert_eq!(refused(&mut book, &skips), gap(4, 5));
    let mut ends_elsewhere = good.clone();
    ends_elsewhere.revision = Revision::new(5);
    assert_eq!(refused(&mut book, &ends_elsewhere), gap(4, 5));
    let mut forgets = good;
    forgets.events.pop();
    assert_eq!(refused(&mut book, &forgets), gap(3, 4));
}

#[test]
fn a_fencing_token_that_does_not_grow_is_refused() {
    for (index, wrong) in [(0, 2), (1, 3), (1, 5)] {
        let mut book = two_held();
        let mut decision = granting_two(&book);
        let Change::Put(granted) = &mut decision.changes[index] else {
            panic!("not a grant");
        };
        Arc::make_mut(granted).fencing_token = Revision::new(wrong);
        let corrupt = Corrupt::FencingToken(Revision::new(wrong));
        assert_eq!(refused(&mut book, &decision), corrupt);
    }
}

#[test]
fn a_decision_from_before_the_last_one_is_refused() {
    let mut book = MemoryBook::new(Revision::ZERO, second(1));
    let mut decision = decided(&book, &Command::Expire);
    decision.now = Time::from_micros(999_999);
    let corrupt = Corrupt::TimeWentBack {
        last: second(1),
        found: decision.now,
    };
    assert_eq!(refused(&mut book, &decision), corrupt);
}

#[test]
fn the_last_revision_is_used_and_then_no_more() {
    let before_last = Revision::new(Revision::MAX.as_u64() - 1);
    for (book, granted) in [
        (before_last, true),
        (Revision::MAX, false),
        (Revision::new(u64::MAX), false),
    ] {
        let mut book = MemoryBook::new(book, second(0));
        let decision = decided(&book, &Command::Reserve(vec![take("w1", "a", 0, 1)]));
        assert_eq!(book.apply(&decision).is_ok(), granted);
    }
}

#[test]
fn corruption_is_described_by_what_contradicts_what() {
    let gap = Corrupt::RevisionGap {
        expected: Revision::new(5),
        found: Revision::new(3),
    };
    assert_eq!(gap.to_string(), "revision 3 where 5 was due");
    let name = take("w1", "a\u{202e}", 0, 1).resource;
    let second_holder = Corrupt::SecondHolder(name).to_string();
    assert_eq!(second_holder, "\"a\\u{202e}\" would have two holders");
}

/// `printer` in `office`, held by w1 with its blocker `van`.
fn printer_held() -> MemoryBook {
    let mut book = empty_book();
    let printer = blocked(under(define("printer"), "office"), &["van"]);
    register(&mut book, vec![printer]);
    let items = vec![take("w1", "printer", 60, 1)];
    run(&mut book, &key("k"), &Command::Reserve(items), second(0));
    book
}

#[test]
fn whoever_would_come_beside_a_hold_is_refused_whatever_the_rules_said() {
    for node in ["printer", "office", "van"] {
        let mut book = printer_held();
        let mut decision = granting_two(&book);
        let Change::Put(granted) = &mut decision.changes[0] else {
            panic!("not a grant");
        };
        let granted = Arc::make_mut(granted);
        granted.principal.requester = requester_of("w2");
        granted.holds = Holds::new(vec![Hold {
            node: name(node),
            slot: None,
            path: Path::default(),
            lock_delay: None,
        }]);
        let corrupt = Corrupt::SecondHolder(name(node));
        assert_eq!(refused(&mut book, &decision), corrupt);
    }
}

#[test]
fn a_renewal_that_changes_more_than_the_end_is_refused() {
    let mut book = two_held();
    let from = Arc::clone(holder(&book, "a").expect("held"));
    let mut to = Reservation::clone(&from);
    to.expires_at = Some(second(90));
    let renewal = |book: &MemoryBook, to: Reservation| Decision {
        changes: vec![Change::Renew {
            from: Arc::clone(&from),
            to: Arc::new(to),
        }],
        ..decided(book, &Command::Expire)
    };
    let mut other = to.clone();
    other.principal.requester = requester_of("w2");
    let decision = renewal(&book, other);
    let corrupt = Corrupt::NotAsFound(name("a"));
    assert_eq!(refused(&mut book, &decision), corrupt);
    let decision = renewal(&book, to);
    assert_eq!(book.apply(&decision), Ok(()));
    assert_eq!(
        book.due(Time::MAX).next().and_then(|held| held.expires_at),
        Some(second(90))
    );
}

#[test]
fn a_definition_a_lock_delay_and_a_ticket_are_changed_only_as_they_are_known() {
    let mut book = printer_held();
    let definition = Arc::clone(book.definition("printer").expect("defined"));
    let closure = Arc::new(Closure {
        node: name("a"),
        path: Path::default(),
        until: second(9),
    });
    let waiting = wait_for(take("w2", "van", 0, 2), 7, 9);
    let command = Command::Reserve(vec![waiting]);
    let queued = decided(&book, &command).changes[0].clone();
    let Change::Queue(ticket) = &queued else {
        panic!("{queued:?}");
    };
    let wrongs = [
        (
            Change::Define(definition),
            Corrupt::NotAsFound(name("printer")),
        ),
        (Change::Open(closure), Corrupt::NotAsFound(name("a"))),
        (
            Change::Unqueue(Arc::clone(ticket)),
            Corrupt::Ticket(ticket.id),
        ),
    ];
    for (wrong, corrupt) in wrongs {
        let decision = Decision {
            changes: vec![queued.clone(), wrong],
            ..decided(&book, &Command::Expire)
        };
        if let Corrupt::Ticket(_) = corrupt {
            let only = Decision {
                changes: vec![decision.changes[1].clone()],
                ..decision
            };
            assert_eq!(refused(&mut book, &only), corrupt);
        } else {
            assert_eq!(refused(&mut book, &decision), corrupt);
        }
        assert_eq!(book.tickets().count(), 0);
    }
}
