//! wasm-opt, from npm's binaryen: Debian's release 108 exits with success and breaks the page.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// What rustc uses by default for this target, and browsers have had for years. A module declares what it uses and
/// wasm-opt goes by that too; the list holds when a build has stripped the declaration.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Where wasm-opt is inside the npm package.
pub fn program(binaryen: &Path) -> PathBuf {
    binaryen.join("bin/wasm-opt")
}

/// Makes the module as small as wasm-opt can.
///
/// # Errors
/// When Node.js is missing or wasm-opt refuses the module.
pub fn optimise(binaryen: &Path, module: &Path, smaller: &Path) -> Result<()> {
    let output = Command::new("node")
        .arg(program(binaryen))
        .arg(module)
        .arg("-Oz")
        .args(FEATURES)
        .arg("--output")
        .arg(smaller)
        .output()
        .context("cannot start `node`, which runs wasm-opt: install Node.js 20 or newer")?;
    ensure!(
        output.status.success() && smaller.is_file(),
        "wasm-opt failed ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
