//! Every code that the server can answer is explained.

use std::{collections::BTreeSet, fs, path::Path};

use super::{root, text_of};

/// Everything in capitals that source files of a folder have in quotes.
fn capitals(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            capitals(&entry.expect("an entry").path(), found);
        }
        return;
    }
    let text = fs::read_to_string(path).expect("text");
    for quoted in text.split('"').skip(1).step_by(2) {
        let is_code =
            quoted.len() > 4 && quoted.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        if is_code {
            found.insert(quoted.to_owned());
        }
    }
}

#[test]
fn every_code_of_an_error_has_its_anchor_and_no_anchor_is_of_nothing() {
    let source = root().join("server/src");
    let mut quoted = BTreeSet::new();
    for part in ["problem.rs", "api", "auth/api_key.rs", "rate_limit"] {
        capitals(&source.join(part), &mut quoted);
    }
    // What is in the items of answers, which are no errors.
    for status in [
        "ACQUIRED",
        "ALL_OR_NONE",
        "ALREADY_HAD",
        "ALREADY_HELD",
        "ASCII",
        "AS_MANY_AS_POSSIBLE",
        "CURRENT",
        "DOESNT_OWN_RESERVATION",
        "FIRST",
        "INVALID_RELEASE_TOKEN",
        "NOT_AVAILABLE",
        "NOT_RESERVED",
        "NOT_VALID",
        "RECEIVED",
        "RELINQUISHED",
        "RENEWED",
        "UNKNOWN",
    ] {
        assert!(quoted.remove(status), "{status} is gone");
    }
    let page = text_of("errors.md");
    let explained: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(str::to_owned)
        .collect();
    assert_eq!(quoted, explained);
}
