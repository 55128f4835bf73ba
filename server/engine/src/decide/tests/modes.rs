use crate::testing::{
    empty_book, give, held, in_the_way, key, pool, register, reserve, run, second, share, status,
    take,
};
use crate::{Book, Command, Mode, Outcome, Side, UnreserveOutcome};

#[test]
fn any_number_may_share_and_nobody_else_may_have_it() {
    let mut book = empty_book();
    for requester in ["w1", "w2", "w3"] {
        let item = share(take(requester, "a", 9, 1));
        assert_eq!(status(&mut book, item), "ACQUIRED");
    }
    let refused = reserve(&mut book, vec![take("w4", "a", 9, 2)]);
    let expected = [
        "a: Itself a by w1",
        "a: Itself a by w2",
        "a: Itself a by w3",
    ];
    assert_eq!(in_the_way(&refused[0]), expected);
    assert_eq!(book.count(Side::At, "a", Mode::Shared, None), 3);
}

#[test]
fn what_is_held_exclusively_is_not_shared() {
    let mut book = empty_book();
    assert_eq!(status(&mut book, take("w1", "a", 9, 1)), "ACQUIRED");
    assert_eq!(
        status(&mut book, share(take("w2", "a", 9, 2))),
        "ALREADY_HELD"
    );
}

#[test]
fn who_holds_it_in_the_other_mode_is_told_that_it_is_himself() {
    let mut book = empty_book();
    let items = vec![share(take("w1", "a", 9, 1)), take("w1", "b", 9, 2)];
    reserve(&mut book, items);
    let refused = reserve(
        &mut book,
        vec![take("w1", "a", 9, 3), share(take("w1", "b", 9, 4))],
    );
    assert_eq!(in_the_way(&refused[0]), ["a: OtherMode a by w1"]);
    assert_eq!(in_the_way(&refused[1]), ["b: OtherMode b by w1"]);
    assert_eq!(
        status(&mut book, share(take("w1", "a", 9, 5))),
        "ALREADY_HAD"
    );
}

#[test]
fn one_of_several_who_share_gives_back_his_own_share() {
    let mut book = empty_book();
    let items = vec![share(take("w1", "a", 9, 1)), share(take("w2", "a", 9, 2))];
    reserve(&mut book, items);
    let command = Command::Unreserve(vec![give("w2", "a", 2), give("w3", "a", 1)]);
    let outcome = run(&mut book, &key("k"), &command, second(0)).outcome;
    let Outcome::Unreserve(outcomes) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(matches!(outcomes[0], UnreserveOutcome::Relinquished(_)));
    // Nobody owns what is shared.
    assert_eq!(outcomes[1], UnreserveOutcome::NotReserved);
    assert_eq!(held(&book), ["a"]);
}

#[test]
fn slots_are_not_shared() {
    let mut book = empty_book();
    register(&mut book, vec![pool("P", 2)]);
    assert_eq!(
        status(&mut book, share(take("w1", "P", 9, 1))),
        "SHARED_POOL"
    );
    assert_eq!(
        status(&mut book, share(take("w1", "P_1", 9, 1))),
        "SHARED_POOL"
    );
}
