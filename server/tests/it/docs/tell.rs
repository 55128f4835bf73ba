//! A page that is read in one language is a complete story: its examples follow each other on a server of their own.

use std::process::Command;

use super::{
    page::{Example, Language, examples},
    pages, run,
};
use crate::support::Site;

/// Pages whose examples are there in every language. The others have the shell's alone.
const IN_EVERY_LANGUAGE: &[&str] = &[
    "quick-start.md",
    "renew.md",
    "reserve.md",
    "resources.md",
    "transactions.md",
    "events.md",
    "unreserve.md",
    "waiting.md",
];
/// Pages whose examples need more than a server; other tests here run them.
const ELSEWHERE: &[&str] = &["safety.md", "self-hosting.md"];

/// Runs examples one after the other; nothing is reserved before the first one.
pub(super) fn tell(
    name: &str,
    examples: &[Example<'_>],
    language: Language,
    prepare: impl Fn(&mut Command),
) {
    let site = Site::new();
    let key = site.tenant_key();
    let server = site.serve();
    for example in examples {
        let code = example.in_language(language);
        let code = code.unwrap_or_else(|| panic!("{name}: not in {language:?}: {example:?}"));
        let mut command = run::command(language, code);
        command
            .env("COOP_URL", format!("http://{}", server.address))
            .env("COOP_KEY", &key);
        prepare(&mut command);
        let output = command.output().expect("it starts");
        let problem = run::problem(&output, &example.printed);
        assert_eq!(problem, None, "{name}, {language:?}:\n{code}");
    }
}

fn tell_all(language: Language) {
    let mut told = 0;
    for (name, text) in pages() {
        let is_in_every_language = IN_EVERY_LANGUAGE.contains(&&*name);
        if ELSEWHERE.contains(&&*name) || language != Language::Shell && !is_in_every_language {
            continue;
        }
        let examples = examples(&text).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        tell(&name, &examples, language, |_| {});
        told += examples.len();
    }
    assert!(told >= 2 * IN_EVERY_LANGUAGE.len(), "{told}");
}

#[test]
fn every_command_of_the_documentation_answers_as_documented() {
    tell_all(Language::Shell);
}

#[test]
fn every_example_in_javascript_answers_as_documented() {
    tell_all(Language::JavaScript);
}

#[test]
fn every_example_in_python_answers_as_documented() {
    tell_all(Language::Python);
}

#[test]
fn a_page_is_there_in_every_language_from_its_first_example_to_its_last_or_in_the_shells_alone() {
    let pages = pages();
    for name in IN_EVERY_LANGUAGE.iter().chain(ELSEWHERE) {
        assert!(pages.iter().any(|(page, _)| page == name), "{name} is gone");
    }
    for (name, text) in pages {
        let expected = if IN_EVERY_LANGUAGE.contains(&&*name) {
            &Language::ALL[..]
        } else {
            &[Language::Shell]
        };
        for example in examples(&text).expect("a page") {
            assert_eq!(example.languages(), expected, "{name}: {example:?}");
        }
    }
}
