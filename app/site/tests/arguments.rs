//! The site builder says which argument is wrong, and writes nothing then.

use std::process::Command;

#[test]
fn a_missing_module_is_named_together_with_what_makes_it() {
    let folder = tempfile::tempdir().expect("a folder");

    let output = Command::new(env!("CARGO_BIN_EXE_coop-site"))
        .current_dir(&folder)
        .output()
        .expect("coop-site starts");

    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("app.wasm: no such file"), "{said}");
    assert!(said.contains("make site"), "{said}");
    let left = std::fs::read_dir(&folder).expect("listing").count();
    assert_eq!(left, 0);
}
