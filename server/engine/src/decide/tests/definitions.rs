use crate::testing::{
    NO_LIMITS, blocked, define, delayed, empty_book, give, key, name, pool, register, reserve, run,
    run_within, second, status, take, told, under,
};
use crate::{
    Book, Command, Definition, DefinitionProblem, Denial, Limits, MemoryBook, Outcome, Path,
    RegisterItem,
};

fn problem(book: &mut MemoryBook, items: Vec<RegisterItem>) -> (usize, DefinitionProblem) {
    match register(book, items) {
        Outcome::Denied(Denial::Definition { index, problem }) => (index, problem),
        other => panic!("not refused: {other:?}"),
    }
}

fn delete(book: &mut MemoryBook, text: &str) -> Outcome {
    run(book, &key("k"), &Command::Delete(name(text)), second(0)).outcome
}

fn in_use(text: &str) -> Outcome {
    Outcome::Denied(Denial::InUse(name(text)))
}

#[test]
fn every_definition_is_told_and_one_that_says_nothing_new_is_not() {
    let mut book = empty_book();
    let command = Command::Register(vec![pool("P", 2), define("a")]);
    let decision = run(&mut book, &key("k"), &command, second(0));
    assert_eq!(
        told(&decision),
        ["1 RESOURCE_REGISTERED P", "2 RESOURCE_REGISTERED a"]
    );
    let command = Command::Register(vec![pool("P", 3), define("a")]);
    let decision = run(&mut book, &key("k"), &command, second(0));
    assert_eq!(told(&decision), ["3 RESOURCE_REGISTERED P"]);
    let decision = run(&mut book, &key("k"), &Command::Delete(name("P")), second(0));
    assert_eq!(told(&decision), ["4 RESOURCE_DELETED P"]);
    assert_eq!(delete(&mut book, "P"), Outcome::Denied(Denial::NotDefined));
}

#[test]
fn all_of_a_request_are_defined_or_none() {
    let mut book = empty_book();
    let items = vec![define("a"), blocked(define("b"), &["b"])];
    let cycle = DefinitionProblem::BlockerCycle(name("b"));
    assert_eq!(problem(&mut book, items), (1, cycle));
    assert_eq!(book.definitions(), 0);
    let twice = problem(&mut book, vec![define("a"), define("a")]);
    assert_eq!(twice, (1, DefinitionProblem::Twice));
}

#[test]
fn blockers_do_not_lead_back() {
    let mut book = empty_book();
    register(
        &mut book,
        vec![pool("P", 2), blocked(define("a"), &["P_1"])],
    );
    let items = vec![blocked(pool("P", 2), &["b"]), blocked(define("b"), &["a"])];
    assert!(matches!(
        problem(&mut book, items).1,
        DefinitionProblem::BlockerCycle(_)
    ));
}

#[test]
fn blockers_are_bounded_by_themselves_and_with_theirs() {
    let mut book = empty_book();
    let names = |from: usize, count: usize| -> Vec<String> {
        (from..from + count)
            .map(|number| format!("n{number}"))
            .collect()
    };
    let with = |text: &str, names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        blocked(define(text), &names)
    };
    let too_many = problem(&mut book, vec![with("a", &names(0, 33))]);
    assert_eq!(too_many, (0, DefinitionProblem::TooManyBlockers));
    let items = vec![
        with("a", &names(0, 32)),
        with("b", &names(32, 30)),
        with("top", &["a".to_owned(), "b".to_owned()]),
    ];
    assert_eq!(register(&mut book, items), Outcome::Registered);
    // One more, far below.
    let too_many = problem(&mut book, vec![with("b", &names(32, 31))]);
    let top = DefinitionProblem::TooManyBlockersInAll(name("top"));
    assert_eq!(too_many, (0, top));
}

#[test]
fn a_name_has_one_place_in_one_tree() {
    let mut book = empty_book();
    register(&mut book, vec![under(define("leaf"), "a>b")]);
    let elsewhere = |text| DefinitionProblem::Elsewhere(name(text));
    let other = problem(&mut book, vec![under(define("other"), "b")]);
    assert_eq!(other, (0, elsewhere("b")));
    let moved = problem(&mut book, vec![under(define("b"), "c")]);
    assert_eq!(moved, (0, elsewhere("b")));
    let own = problem(&mut book, vec![under(define("x"), "y>x")]);
    assert_eq!(own, (0, DefinitionProblem::OwnAncestor(name("x"))));
    // Without a path it stays where others put it.
    assert_eq!(register(&mut book, vec![define("b")]), Outcome::Registered);
    // All of them together may move.
    let items = vec![under(define("leaf"), "c>b"), under(define("b"), "c")];
    assert_eq!(register(&mut book, items), Outcome::Registered);
}

#[test]
fn ancestors_vanish_with_their_last_descendant() {
    let mut book = empty_book();
    register(
        &mut book,
        vec![under(define("x"), "a"), under(define("y"), "a")],
    );
    delete(&mut book, "x");
    assert!(book.place("a").is_some());
    delete(&mut book, "y");
    assert!(book.place("a").is_none());
}

#[test]
fn a_tree_is_at_most_16_levels_high() {
    let mut book = empty_book();
    let path = |levels: usize| {
        let names = (0..levels).map(|level| name(&format!("l{level}")));
        RegisterItem {
            tree_path: Path::new(names.collect()),
            ..define("leaf")
        }
    };
    let refused = problem(&mut book, vec![path(16)]);
    assert_eq!(refused, (0, DefinitionProblem::TooDeep));
    assert_eq!(register(&mut book, vec![path(15)]), Outcome::Registered);
}

#[test]
fn names_of_slots_are_names_of_nothing_else() {
    let mut book = empty_book();
    register(&mut book, vec![define("P_1"), under(define("x"), "Q_0")]);
    for (pool_name, slot) in [("P", "P_1"), ("Q", "Q_0")] {
        let collision = problem(&mut book, vec![pool(pool_name, 2)]);
        assert_eq!(collision, (0, DefinitionProblem::Collision(name(slot))));
    }
    register(&mut book, vec![pool("R", 2)]);
    assert_eq!(
        register(&mut book, vec![define("R_2")]),
        Outcome::Registered
    );
    let collision = problem(&mut book, vec![define("R_1")]);
    assert_eq!(collision, (0, DefinitionProblem::Collision(name("R_1"))));
    let long = "n".repeat(255);
    let refused = problem(&mut book, vec![pool(&long, 2)]);
    assert_eq!(refused, (0, DefinitionProblem::SlotNamesTooLong));
}

#[test]
fn what_is_held_is_not_reshaped_but_capacity_and_lock_delay_may_change() {
    let mut book = empty_book();
    register(
        &mut book,
        vec![blocked(define("a"), &["b"]), under(define("x"), "top")],
    );
    reserve(
        &mut book,
        vec![take("w1", "a", 0, 1), take("w1", "x", 0, 2)],
    );
    assert_eq!(register(&mut book, vec![define("a")]), in_use("a"));
    assert_eq!(
        register(&mut book, vec![blocked(define("b"), &["c"])]),
        in_use("b")
    );
    assert_eq!(
        register(&mut book, vec![under(define("x"), "other")]),
        in_use("x")
    );
    assert_eq!(
        register(&mut book, vec![under(define("a"), "top")]),
        Outcome::Denied(Denial::InUse(name("a")))
    );
    let wider = blocked(delayed(pool("a", 3), 5), &["b"]);
    assert_eq!(
        register(&mut book, vec![wider, pool("b", 2)]),
        Outcome::Registered
    );
    for text in ["a", "x"] {
        assert_eq!(delete(&mut book, text), in_use(text));
    }
    let items = vec![give("w1", "a", 1), give("w1", "x", 2)];
    run(&mut book, &key("k"), &Command::Unreserve(items), second(0));
    assert_eq!(delete(&mut book, "a"), Outcome::Deleted);
    assert_eq!(status(&mut book, take("w2", "a", 0, 3)), "ACQUIRED");
}

#[test]
fn what_is_waited_for_is_not_reshaped() {
    let mut book = empty_book();
    register(&mut book, vec![define("a")]);
    reserve(&mut book, vec![take("w1", "b", 0, 1)]);
    let waiting = crate::testing::wait_for(take("w2", "b", 0, 2), 1, 9);
    run(
        &mut book,
        &key("k"),
        &Command::Reserve(vec![waiting]),
        second(0),
    );
    let command = Command::Unreserve(vec![give("w9", "b", 1)]);
    run(&mut book, &key("k"), &command, second(0));
    assert_eq!(
        register(&mut book, vec![blocked(define("b"), &["a"])]),
        in_use("b")
    );
}

#[test]
fn there_are_no_more_definitions_than_reservations_may_be_active() {
    let mut book = empty_book();
    let limits = Limits {
        active_reservations: Some(2),
        ..NO_LIMITS
    };
    let mut register = |items| {
        run_within(
            &mut book,
            &key("k"),
            &Command::Register(items),
            second(0),
            limits,
        )
        .outcome
    };
    assert_eq!(
        register(vec![define("a"), define("b")]),
        Outcome::Registered
    );
    assert_eq!(register(vec![pool("a", 2)]), Outcome::Registered);
    let denial = Denial::Definitions { limit: 2 };
    assert_eq!(register(vec![define("c")]), Outcome::Denied(denial));
}

#[test]
fn restored_definitions_have_to_fit_together() {
    let mut book = empty_book();
    register(&mut book, vec![under(define("x"), "a>b")]);
    let stored: Vec<_> = book
        .all_definitions()
        .map(|known| Definition::clone(known))
        .collect();
    let mut wrong = stored[0].clone();
    wrong.name = name("b");
    wrong.tree_path = Path::new(vec![name("c")]);
    let mut restored = empty_book();
    assert_eq!(restored.restore_definitions(stored), Ok(()));
    assert!(restored.restore_definitions([wrong]).is_err());
}
