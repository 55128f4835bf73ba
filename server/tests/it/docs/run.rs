//! Runs one example and says what is wrong with what it prints.

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::Value;

use super::{
    compare::mismatch,
    page::{Language, Printed},
    root,
};

/// An example with what it needs: the address of a server and a key.
pub(super) fn command(language: Language, code: &str) -> Command {
    let mut command = match language {
        Language::Shell => Command::new("bash"),
        Language::JavaScript => Command::new("node"),
        Language::Python => Command::new(python()),
    };
    match language {
        Language::Shell => command.args(["-euo", "pipefail", "-c", code]),
        // A module, as `.mjs` files are; packages are found from the folder that it runs in.
        Language::JavaScript => command
            .args(["--input-type=module", "--eval", code])
            .current_dir(root().join("end2end")),
        Language::Python => command.args(["-c", code]),
    };
    command
}

/// The one that has the packages which examples import.
fn python() -> PathBuf {
    let python = root().join("target/python/bin/python");
    assert!(python.exists(), "`.ci/setup` makes {}", python.display());
    python
}

/// What is wrong with what an example has printed.
pub(super) fn problem(output: &Output, expected: &Printed<'_>) -> Option<String> {
    if !output.status.success() {
        return Some(format!("it failed: {output:?}"));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    match expected {
        Printed::Json(documented) => {
            let documented: Value = match serde_json::from_str(documented) {
                Ok(documented) => documented,
                Err(error) => return Some(format!("what is documented is no JSON: {error}")),
            };
            let problem = match serde_json::from_str(&printed) {
                Ok(answer) => mismatch(&documented, &answer, ""),
                Err(error) => Some(error.to_string()),
            };
            problem.map(|problem| format!("{problem}\n{printed}"))
        }
        Printed::Text(documented) => {
            (printed.trim_end() != documented.trim_end()).then(|| printed.to_string())
        }
        Printed::Something if printed.trim().is_empty() => Some("it prints nothing".to_owned()),
        Printed::Something => printed.contains("\"code\"").then(|| printed.to_string()),
    }
}

#[test]
fn an_example_that_does_something_else_than_documented_is_noticed_in_every_language() {
    let json = Printed::Json("[{\"a\": \"…\", \"b\": 1}]");
    let text = Printed::Text("UPDATE 1\n");
    for (language, print) in [
        (Language::Shell, "echo 'TEXT'"),
        (Language::JavaScript, "console.log('TEXT')"),
        (Language::Python, "print('TEXT')"),
    ] {
        let printed = |what: &str| {
            let code = print.replace("TEXT", what);
            command(language, &code).output().expect("it starts")
        };
        let (right, wrong) = (printed("[{\"a\":7,\"b\":1}]"), printed("[{\"a\":7}]"));
        assert_eq!(problem(&right, &json), None, "{language:?}");
        assert!(problem(&wrong, &json).is_some(), "{language:?}");
        assert!(problem(&printed("no JSON"), &json).is_some());
        assert_eq!(problem(&printed("UPDATE 1"), &text), None);
        assert!(problem(&printed("UPDATE 0"), &text).is_some());
        assert_eq!(problem(&printed("ready"), &Printed::Something), None);
        assert!(problem(&printed(""), &Printed::Something).is_some());
        assert!(problem(&printed("{\"code\":\"GONE\"}"), &Printed::Something).is_some());
        let broken = command(language, "exit_of_no_language(1)").output();
        let broken = broken.expect("it starts");
        assert!(
            problem(&broken, &Printed::Something).is_some(),
            "{language:?}"
        );
    }
}
