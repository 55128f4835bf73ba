use crate::testing::{empty_book, held, key, name, reserve, run, second, take, told};
use crate::{Command, ForceReleaseItem, Outcome, Reason, Revision};

#[test]
fn a_reservation_is_taken_from_its_holder_and_a_newer_one_is_not() {
    let mut book = empty_book();
    reserve(&mut book, vec![take("w1", "a", 0, 1)]);
    let item = |token| ForceReleaseItem {
        resource: name("a"),
        fencing_token: Revision::new(token),
    };
    let command = Command::ForceRelease(vec![item(1), item(1), item(9)]);
    let decision = run(&mut book, &key("admin"), &command, second(0));
    assert_eq!(told(&decision), ["2 UNRESERVED a w1"]);
    assert_eq!(decision.events[0].reason, Some(Reason::Forced));
    assert_eq!(&*decision.events[0].label, "admin");
    let Outcome::ForceRelease(outcomes) = decision.outcome else {
        panic!("not an answer");
    };
    let released: Vec<_> = outcomes.iter().map(Option::is_some).collect();
    assert_eq!(released, [true, false, false]);
    assert!(held(&book).is_empty());
}
