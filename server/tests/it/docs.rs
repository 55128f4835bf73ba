//! The documentation's examples are run as they stand, against the real server, by the shell that a reader has; and every
//! code that the server can answer is explained.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::support::Site;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The pages: name and text.
fn pages() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("docs/guide")).expect("a folder");
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy();
        (name.into_owned(), fs::read_to_string(&path).expect("text"))
    };
    files
        .map(|file| read(file.expect("a file").path()))
        .collect()
}

/// The examples of a page: what their fence says that they are, and their text.
fn examples(page: &str) -> Vec<(&str, &str)> {
    page.split("\n```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.split_once('\n'))
        .collect()
}

/// Why an answer is not the one that is documented. In the documentation `"…"` stands for anything, and an object may
/// leave fields out.
fn mismatch(documented: &Value, answer: &Value, at: &str) -> Option<String> {
    match (documented, answer) {
        (Value::String(text), _) if text == "…" && !answer.is_null() => None,
        (Value::Object(fields), Value::Object(others)) => {
            fields.iter().find_map(|(name, value)| {
                let at = format!("{at}/{name}");
                match others.get(name) {
                    Some(other) => mismatch(value, other, &at),
                    None => Some(format!("{at} is missing")),
                }
            })
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => items
            .iter()
            .zip(others)
            .enumerate()
            .find_map(|(index, (item, other))| mismatch(item, other, &format!("{at}/{index}"))),
        _ if documented == answer => None,
        _ => Some(format!("{at}: {documented} is documented")),
    }
}

#[test]
fn every_command_of_the_documentation_answers_as_documented() {
    let mut run = 0;
    for (name, text) in pages() {
        // A server for each page: a page begins with nothing reserved.
        let site = Site::new();
        let key = site.tenant_key();
        let server = site.serve();
        let url = format!("http://{}", server.address);
        let mut examples = examples(&text).into_iter().peekable();
        while let Some((language, command)) = examples.next() {
            assert_eq!(language, "sh", "{name}: an answer to nothing");
            let output = Command::new("bash")
                .args(["-euo", "pipefail", "-c", command])
                .env("COOP_URL", &url)
                .env("COOP_KEY", &key)
                .output()
                .expect("bash");
            assert!(output.status.success(), "{name}: {command}: {output:?}");
            let printed = String::from_utf8(output.stdout).expect("text");
            run += 1;
            if let Some((_, documented)) = examples.next_if(|(language, _)| *language == "json") {
                let documented: Value = serde_json::from_str(documented).expect("JSON");
                let answer: Value = serde_json::from_str(&printed).expect("JSON");
                let problem = mismatch(&documented, &answer, "");
                assert_eq!(problem, None, "{name}: {command}\n{printed}");
            } else {
                assert!(!printed.is_empty(), "{name}: {command}");
                assert!(
                    !printed.contains("\"code\""),
                    "{name}: {command}: {printed}"
                );
            }
        }
    }
    assert!(run >= 7, "{run}");
}

#[test]
fn an_answer_that_is_not_the_documented_one_is_noticed() {
    let documented = serde_json::json!({"a": [{"b": "…"}, 1]});
    let right = serde_json::json!({"a": [{"b": 7, "c": 8}, 1], "d": 0});
    assert_eq!(mismatch(&documented, &right, ""), None);
    for wrong in [
        serde_json::json!({"a": [{"b": null}, 1]}),
        serde_json::json!({"a": [{"b": 7}, 2]}),
        serde_json::json!({"a": [{"b": 7}]}),
        serde_json::json!({}),
    ] {
        assert!(mismatch(&documented, &wrong, "").is_some(), "{wrong}");
    }
}

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
    let page = fs::read_to_string(root().join("docs/guide/errors.md")).expect("text");
    let explained: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(str::to_owned)
        .collect();
    assert_eq!(quoted, explained);
}
