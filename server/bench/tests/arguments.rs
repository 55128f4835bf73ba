//! The benchmark says what is missing.

use std::process::Command;

#[test]
fn a_missing_server_is_named_together_with_what_makes_it() {
    let folder = std::env::temp_dir();

    let output = Command::new(env!("CARGO_BIN_EXE_coop-bench"))
        .args(["--server", "no/such/server", "--dir"])
        .arg(folder)
        .output()
        .expect("coop-bench starts");

    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no server at no/such/server"), "{said}");
    assert!(said.contains("make build"), "{said}");
}
