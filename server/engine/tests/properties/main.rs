//! The engine against a naive model of the same rules, over random commands and clocks that jump to and fro.
//!
//! About a million commands by default; `PROPTEST_CASES` sets how many histories of up to 100 commands are tried.

mod history;
mod invariants;
mod liar;
mod model;
mod steps;

use coop_engine::{Book, Decision, Limits, MemoryBook, ResourceName, Revision, Time, decide};
use proptest::{collection::vec, prelude::*, test_runner::RngAlgorithm};

use history::{Grant, facts};
use model::{Answer, Model};
use steps::{Step, step};

fn config() -> ProptestConfig {
    ProptestConfig {
        // The default generator is cryptographic, is compiled without optimisation, and takes four fifths of the time.
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::with_cases(20_000)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_history_is_decided_as_the_model_says_and_keeps_the_promises(steps in vec(step(), 1..=100)) {
        let mut model = Model::default();
        let mut book = MemoryBook::new(Revision::ZERO, Time::from_micros(0));
        let mut events = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            let decision = take(number, step, &mut model, &mut book)?;
            events.extend(decision.events);
        }
        invariants::replaying_gives_the_book(&events, &book)?;
    }
}

/// Lets engine and model answer one step and compares all that can be seen.
fn take(
    number: usize,
    step: &Step,
    model: &mut Model,
    book: &mut MemoryBook,
) -> Result<Decision, TestCaseError> {
    let command = step.command(number, model);
    let clock = step.clock(model);
    let caller = step.caller();
    let limits = step.limits;

    let decision = decide(book, &caller, &command, clock, &limits);
    let again = decide(book, &caller, &command, clock, &limits);
    prop_assert_eq!(&again, &decision, "the same arguments, another decision");

    let known = model.history.len();
    let answer = model.answer(&caller, &command, clock, limits);
    prop_assert_eq!(Answer::of(&decision.outcome), answer);
    prop_assert_eq!(facts(&decision.events), &model.history[known..]);
    prop_assert_eq!(decision.now.as_micros(), model.last_now);

    invariants::hold(book, &command, &decision, clock)?;
    prop_assert_eq!(book.apply(&decision), Ok(()));

    let mut in_book: Vec<_> = book.reservations().map(|held| Grant::of(held)).collect();
    in_book.sort_by_key(|grant| grant.number);
    prop_assert_eq!(in_book.iter().collect::<Vec<_>>(), model.live());
    Ok(decision)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn deciding_is_total_even_on_a_book_that_lies(
        book in liar::liar(),
        steps in vec(step(), 1..=5),
        clock: i64,
        limit: Option<u64>,
        expirations: usize,
    ) {
        for step in steps {
            let command = step.command(0, &Model::default());
            let limits = Limits { active_reservations: limit, of_one_principal: limit, expirations, requires_registration: false };
            let clock = Time::from_micros(clock);
            let decision = decide(&book, &step.caller(), &command, clock, &limits);
            prop_assert_eq!(decision.now, clock.max(book.last_now()));
        }
    }

    #[test]
    fn any_text_is_a_name_as_it_stands_or_refused(text in any::<String>()) {
        let refused = text.is_empty()
            || text.chars().count() > ResourceName::MAX_CHARACTERS
            || text.chars().any(|c| c.is_control() || c == '>');
        let parsed = ResourceName::parse(&text);
        prop_assert_eq!(parsed.is_err(), refused);
        if let Ok(name) = parsed {
            prop_assert_eq!(name.as_str(), text);
        }
    }
}
