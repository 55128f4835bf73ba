//! The engine against a naive model of the same rules, over random definitions and commands, and clocks that jump to
//! and fro.
//!
//! About a million commands by default; `PROPTEST_CASES` sets how many histories of up to 100 commands are tried.

mod bugs;
mod history;
mod invariants;
mod liar;
mod model;
mod steps;

use coop_engine::{Book, Decision, Limits, MemoryBook, ResourceName, Revision, Time, decide};
use proptest::{collection::vec, prelude::*, test_runner::RngAlgorithm};

use bugs::Bug;
use history::{Grant, facts};
use model::{Model, outcome_in_words};
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
        follow(&steps, None)?;
    }
}

/// Lets engine and model answer a whole history, the engine with a bug if there is to be one.
fn follow(steps: &[Step], bug: Option<Bug>) -> Result<(), TestCaseError> {
    let mut model = Model::new();
    let mut book = MemoryBook::new(Revision::ZERO, Time::from_micros(0));
    let mut events = Vec::new();
    // A setting of the tenant's, which nobody changes while others wait.
    let requires_registration = steps
        .first()
        .is_some_and(|step| step.limits.requires_registration);
    for (number, step) in steps.iter().enumerate() {
        let decision = take(
            number,
            step,
            &mut model,
            &mut book,
            requires_registration,
            bug,
        )
        .map_err(|failed| TestCaseError::fail(format!("{failed}, after {:#?}", model.history)))?;
        events.extend(decision.events);
    }
    invariants::replaying_gives_the_book(&events, &book)
}

/// Lets engine and model answer one step and compares all that can be seen.
fn take(
    number: usize,
    step: &Step,
    model: &mut Model,
    book: &mut MemoryBook,
    requires_registration: bool,
    bug: Option<Bug>,
) -> Result<Decision, TestCaseError> {
    let command = step.command(number, model);
    let clock = step.clock(model);
    let caller = step.caller();
    let limits = Limits {
        requires_registration,
        ..step.limits
    };

    let decision = match bug {
        None => decide(book, &caller, &command, clock, &limits),
        Some(bug) => decide(&bug.on(book), &caller, &command, clock, &limits),
    };
    if bug.is_none() && number.is_multiple_of(8) {
        let again = decide(book, &caller, &command, clock, &limits);
        prop_assert_eq!(&again, &decision, "the same arguments, another decision");
    }

    let known = model.history.len();
    let answer = model.answer(&caller, &command, clock, limits);
    prop_assert_eq!(outcome_in_words(&decision.outcome), answer, "{:?}", command);
    let answers = decision.answers.iter();
    let answers: Vec<_> = answers
        .map(|(waiter, outcome)| (waiter.as_u64(), outcome_in_words(outcome)))
        .collect();
    prop_assert_eq!(&answers, &model.answers, "{:?}", command);
    prop_assert_eq!(facts(&decision.events), &model.history[known..]);
    prop_assert_eq!(decision.now.as_micros(), model.last_now);

    invariants::hold(book, &command, &decision, clock)?;
    prop_assert_eq!(book.apply(&decision), Ok(()));

    let mut in_book: Vec<_> = book.reservations().map(|held| Grant::of(held)).collect();
    in_book.sort_by_key(|grant| grant.number);
    prop_assert_eq!(&in_book, &model.state.live);
    if model.state.shut.is_empty() && book.closures_due(Time::MAX).next().is_none() {
        let next = book.next_deadline().map(Time::as_micros);
        prop_assert_eq!(next, model.next_deadline());
    }
    let line: Vec<_> = book
        .tickets()
        .map(|ticket| history::who(&ticket.principal))
        .collect();
    let waiting: Vec<_> = model
        .state
        .line
        .iter()
        .map(|ticket| ticket.who.clone())
        .collect();
    prop_assert_eq!(line, waiting);
    invariants::nobody_holds_what_another_has(book)?;
    Ok(decision)
}

#[test]
fn every_bug_that_is_sown_is_found() {
    // One goes on only until it is found. Those that need a pool to be drained and asked for again take a thousand
    // histories on average.
    let config = ProptestConfig {
        cases: 20_000,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..config()
    };
    for bug in Bug::ALL {
        let mut runner = proptest::test_runner::TestRunner::new(config.clone());
        let found = runner.run(&vec(step(), 1..=100), |steps| follow(&steps, Some(bug)));
        assert!(found.is_err(), "{bug:?} is not found");
    }
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
            let command = step.command(0, &Model::new());
            let limits = Limits {
                active_reservations: limit,
                of_one_principal: limit,
                expirations,
                ..step.limits
            };
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
