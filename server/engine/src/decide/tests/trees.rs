use crate::testing::{
    define, empty_book, in_the_way, register, reserve, share, status, take, under,
};
use crate::{MemoryBook, Outcome};

/// A printer and a plotter in an office of a company.
fn company() -> MemoryBook {
    let mut book = empty_book();
    let items = vec![
        under(define("printer"), "company>office"),
        under(define("plotter"), "company>office"),
    ];
    assert_eq!(register(&mut book, items), Outcome::Registered);
    book
}

#[test]
fn who_holds_a_node_keeps_others_from_what_is_above_and_below() {
    let mut book = company();
    reserve(&mut book, vec![take("w1", "printer", 0, 1)]);
    assert_eq!(status(&mut book, take("w2", "plotter", 0, 2)), "ACQUIRED");
    let refused = reserve(&mut book, vec![take("w3", "company", 0, 3)]);
    let below = [
        "company: Descendant printer by w1",
        "company: Descendant plotter by w2",
    ];
    assert_eq!(in_the_way(&refused[0]), below);
    assert_eq!(crate::testing::status_of(&refused[0]), "NOT_AVAILABLE");
}

#[test]
fn ancestors_come_into_being_by_themselves() {
    let mut book = company();
    reserve(&mut book, vec![take("w1", "office", 0, 1)]);
    for (name, expected) in [
        ("printer", "printer: Ancestor office by w1"),
        ("company", "company: Descendant office by w1"),
    ] {
        let refused = reserve(&mut book, vec![take("w2", name, 0, 2)]);
        assert_eq!(in_the_way(&refused[0]), [expected]);
    }
    assert_eq!(status(&mut book, take("w1", "printer", 0, 3)), "ACQUIRED");
}

#[test]
fn what_is_shared_is_shared_up_and_down_the_tree() {
    let mut book = company();
    assert_eq!(
        status(&mut book, share(take("w1", "printer", 0, 1))),
        "ACQUIRED"
    );
    assert_eq!(
        status(&mut book, share(take("w2", "company", 0, 2))),
        "ACQUIRED"
    );
    assert_eq!(
        status(&mut book, take("w3", "office", 0, 3)),
        "NOT_AVAILABLE"
    );
    assert_eq!(
        status(&mut book, take("w1", "plotter", 0, 4)),
        "NOT_AVAILABLE"
    );
}

#[test]
fn a_reservation_keeps_the_path_of_its_grant() {
    let mut book = company();
    let outcomes = reserve(&mut book, vec![take("w1", "printer", 0, 1)]);
    let held = outcomes[0].reservation().expect("granted");
    let path: Vec<_> = held
        .holds()
        .next()
        .expect("a hold")
        .path
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(path, ["company", "office"]);
}
