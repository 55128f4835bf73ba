//! Whether anything has changed since the site was built.
//!
//! The fingerprint covers the content of every input, not its time stamp: a checkout or a copied cache changes those
//! without meaning anything. Of this program, large and only ever replaced by Cargo, size and time are enough.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{Arguments, names::hex, site::files_below};

/// The fingerprint of all that the site depends on.
///
/// # Errors
/// When an input cannot be read.
pub fn of(arguments: &Arguments) -> Result<String> {
    let mut inputs = vec![
        arguments.wasm.clone(),
        arguments.style.clone(),
        arguments.docs_style.clone(),
    ];
    if !arguments.fast {
        inputs.push(arguments.binaryen.join("package.json"));
    }
    inputs.extend(files_below(&arguments.public)?);

    let mut hash = Sha256::new();
    hash.update(this_program()?);
    hash.update([u8::from(arguments.fast)]);
    for input in &inputs {
        let content =
            fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
        // Lengths keep neighbours apart: a byte moved from one file to the next is a change.
        let name = input.to_string_lossy();
        hash.update(name.len().to_le_bytes());
        hash.update(name.as_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(hex(&hash.finalize()))
}

fn this_program() -> Result<String> {
    let program = env::current_exe().context("this program cannot find itself")?;
    let facts = fs::metadata(&program)?;
    Ok(format!("{} {:?}", facts.len(), facts.modified()?))
}

/// Whether the folder stands and was built from inputs with this fingerprint.
pub fn matches(out: &Path, fingerprint: &str) -> bool {
    out.join("manifest.json").is_file()
        && fs::read_to_string(note(out)).is_ok_and(|kept| kept == fingerprint)
}

/// Keeps the fingerprint for the next run.
///
/// # Errors
/// When the note beside the folder cannot be written.
pub fn remember(out: &Path, fingerprint: &str) -> Result<()> {
    let note = note(out);
    fs::write(&note, fingerprint).with_context(|| format!("cannot write {}", note.display()))
}

/// Beside the folder, not in it: all that is in it is served.
fn note(out: &Path) -> PathBuf {
    out.with_extension("fingerprint")
}
