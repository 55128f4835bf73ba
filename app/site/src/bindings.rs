//! wasm-bindgen: from Cargo's output to a module and the script that loads it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// What wasm-bindgen made, in a scratch folder.
pub struct Bindings {
    /// The loader. Its default export wants the address of the module; it knows none itself.
    pub script: String,
    /// The module, not yet optimised.
    pub module: PathBuf,
    /// Scripts that crates brought along and the loader imports, if there are any.
    pub snippets: Option<PathBuf>,
}

/// Runs wasm-bindgen for browsers, without type declarations.
///
/// # Errors
/// When the module was built with another release of wasm-bindgen, or is no wasm-bindgen module.
pub fn generate(wasm: &Path, scratch: &Path) -> Result<Bindings> {
    Bindgen::new()
        .input_path(wasm)
        .out_name("app")
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The module's name carries a hash, so the page passes its address and no default may be left in the script.
        .omit_default_module_path(true)
        .generate(scratch)
        .with_context(|| format!("wasm-bindgen could not read {}", wasm.display()))?;

    let script = fs::read_to_string(scratch.join("app.js")).context("wasm-bindgen's script")?;
    let snippets = Some(scratch.join("snippets")).filter(|folder| folder.is_dir());
    Ok(Bindings {
        script,
        module: scratch.join("app_bg.wasm"),
        snippets,
    })
}
