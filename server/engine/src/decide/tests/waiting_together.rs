//! Those who wait for several things, or get into each other's way.

use std::sync::Arc;

use super::waiting::answers;
use crate::testing::{
    empty_book, give, key, pool, register, reserve, run, second, share, status, take, wait,
    wait_for,
};
use crate::{
    Book, Command, Decision, MemoryBook, Method, Outcome, ReserveItem, ReserveOutcome, Transaction,
};

fn ask(book: &mut MemoryBook, item: ReserveItem) -> Outcome {
    run(book, &key("k"), &Command::Reserve(vec![item]), second(0)).outcome
}

fn transact(book: &mut MemoryBook, method: Method, requester: &str, names: &[&str]) -> Outcome {
    let transaction = Transaction {
        id: Arc::from("t"),
        method,
        items: names
            .iter()
            .map(|name| take(requester, name, 0, 50))
            .collect(),
        wait: Some(wait(50, 10)),
    };
    let command = Command::Transactions(vec![transaction]);
    run(book, &key("k"), &command, second(0)).outcome
}

fn release(book: &mut MemoryBook, requester: &str, resource: &str, token: u8) -> Decision {
    let command = Command::Unreserve(vec![give(requester, resource, token)]);
    run(book, &key("k"), &command, second(1))
}

fn succeeded(decision: &Decision) -> Vec<bool> {
    let answers = decision.answers.iter();
    let outcomes = answers.filter_map(|(_, outcome)| match outcome {
        Outcome::Transactions(outcomes) => Some(outcomes[0].success),
        _ => None,
    });
    outcomes.collect()
}

#[test]
fn a_transaction_waits_until_all_of_it_is_free_and_claims_it_meanwhile() {
    let mut book = empty_book();
    reserve(
        &mut book,
        vec![take("w1", "a", 0, 1), take("w1", "b", 0, 2)],
    );
    let waiting = transact(&mut book, Method::AllOrNone, "w2", &["a", "b"]);
    assert_eq!(waiting, Outcome::Waiting);
    assert_eq!(succeeded(&release(&mut book, "w1", "a", 1)), [false; 0]);
    // `a` is free, and claimed.
    assert_eq!(status(&mut book, take("w3", "a", 0, 3)), "NOT_AVAILABLE");
    assert_eq!(succeeded(&release(&mut book, "w1", "b", 2)), [true]);
    assert_eq!(crate::testing::held(&book), ["a", "b"]);
}

#[test]
fn one_that_waits_for_the_first_gets_whatever_is_free_first() {
    let mut book = empty_book();
    reserve(
        &mut book,
        vec![take("w1", "a", 0, 1), take("w1", "b", 0, 2)],
    );
    assert_eq!(
        transact(&mut book, Method::First, "w2", &["a", "b"]),
        Outcome::Waiting
    );
    let never = transact(&mut book, Method::AsManyAsPossible, "w3", &["a"]);
    assert!(matches!(never, Outcome::Transactions(_)));
    assert_eq!(succeeded(&release(&mut book, "w1", "b", 2)), [true]);
    assert_eq!(book.tickets().count(), 0);
}

#[test]
fn who_waits_for_a_pool_claims_one_slot_of_it_and_not_more() {
    let mut book = empty_book();
    register(&mut book, vec![pool("P", 2)]);
    reserve(
        &mut book,
        vec![take("w1", "P", 0, 1), take("w2", "P", 0, 2)],
    );
    ask(&mut book, wait_for(take("w3", "P", 0, 3), 3, 10));
    ask(&mut book, wait_for(take("w4", "P_1", 0, 4), 4, 10));
    assert_eq!(
        answers(&release(&mut book, "w1", "P", 1)),
        [(3, "ACQUIRED")]
    );
    assert_eq!(status(&mut book, take("w5", "P_0", 0, 5)), "ALREADY_HELD");
    assert_eq!(
        answers(&release(&mut book, "w2", "P", 2)),
        [(4, "ACQUIRED")]
    );
}

#[test]
fn those_who_share_are_let_in_together_and_not_before_who_waits_longer() {
    let mut book = empty_book();
    reserve(&mut book, vec![share(take("w1", "a", 0, 1))]);
    ask(&mut book, wait_for(take("w2", "a", 0, 2), 2, 10));
    // It could share, but then the one ahead might wait for ever.
    assert_eq!(
        status(&mut book, share(take("w3", "a", 0, 3))),
        "NOT_AVAILABLE"
    );
    for (requester, number) in [("w4", 4), ("w5", 5)] {
        ask(
            &mut book,
            wait_for(
                share(take(requester, "a", 0, number)),
                u64::from(number),
                10,
            ),
        );
    }
    assert_eq!(
        answers(&release(&mut book, "w1", "a", 1)),
        [(2, "ACQUIRED")]
    );
    let both = answers(&release(&mut book, "w2", "a", 2));
    assert_eq!(both, [(4, "ACQUIRED"), (5, "ACQUIRED")]);
}

#[test]
fn when_one_gives_up_those_behind_are_let_in() {
    let mut book = empty_book();
    reserve(&mut book, vec![share(take("w1", "a", 0, 1))]);
    ask(&mut book, wait_for(take("w2", "a", 0, 2), 2, 3));
    ask(&mut book, wait_for(share(take("w3", "a", 0, 3)), 3, 10));
    let decision = run(&mut book, &key("k"), &Command::Expire, second(3));
    assert_eq!(answers(&decision), [(2, "ALREADY_HELD"), (3, "ACQUIRED")]);
}

#[test]
fn a_cycle_of_those_who_wait_is_spelled_out_at_the_deadline() {
    let mut book = empty_book();
    let items = vec![
        take("w1", "a", 0, 1),
        take("w2", "b", 0, 2),
        take("w3", "c", 0, 3),
    ];
    reserve(&mut book, items);
    for (requester, wanted, number, seconds) in [
        ("w1", "b", 4, 5),
        ("w2", "c", 5, 9),
        ("w3", "a", 6, 9),
        ("w4", "a", 7, 5),
    ] {
        ask(
            &mut book,
            wait_for(
                take(requester, wanted, 0, number),
                u64::from(number),
                seconds,
            ),
        );
    }
    let decision = run(&mut book, &key("k"), &Command::Expire, second(5));
    let cycle = |index: usize| -> Vec<String> {
        let Outcome::Reserve(outcomes) = &decision.answers[index].1 else {
            panic!("{decision:?}");
        };
        let ReserveOutcome::Refused(refusal) = &outcomes[0] else {
            panic!("{outcomes:?}");
        };
        let steps = refusal.cycle.iter();
        steps
            .map(|step| format!("{} waits for {}", step.principal.requester, step.waits_for))
            .collect()
    };
    assert_eq!(
        cycle(0),
        ["w1 waits for b", "w2 waits for c", "w3 waits for a"]
    );
    // He waits for those in the cycle and is not in it.
    assert_eq!(cycle(1), Vec::<String>::new());
}
