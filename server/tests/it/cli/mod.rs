//! The command line, as an operator uses it: what it prints, and how it ends.

mod audit;
mod files;
mod issuer;
mod provision;
mod settings;

use std::process::Output;

/// What was printed for the operator, given that the command failed.
fn failure(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    assert!(!said.contains("panicked"), "{said}");
    if code == 1 {
        assert!(said.starts_with("coop-locker: "), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    said
}

fn success(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("text")
}
