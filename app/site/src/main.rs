//! Builds the site folder that the server embeds: `WebAssembly`, script, style sheet and public files, each under a name
//! that changes with its content and with compressed copies beside it.
//!
//! `make build` and `make test` call it after Cargo has compiled the crate `app` for the browser. It does the part of
//! cargo-leptos that is needed here, so that nobody has to install cargo-leptos.

mod bindings;
mod compress;
mod fingerprint;
mod names;
mod optimise;
mod site;
mod swap;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Parser;

/// Builds the site folder from the compiled dashboard, or leaves it alone when nothing has changed.
#[derive(Parser)]
#[command(name = "coop-site", version)]
struct Arguments {
    /// The dashboard as Cargo compiled it for wasm32-unknown-unknown
    #[arg(
        long,
        default_value = "target/wasm32-unknown-unknown/wasm-release/app.wasm"
    )]
    wasm: PathBuf,

    /// The style sheet
    #[arg(long, default_value = "style/main.css")]
    style: PathBuf,

    /// The style sheet of the documentation alone
    #[arg(long, default_value = "style/docs.css")]
    docs_style: PathBuf,

    /// Files that are served from the root under their own names
    #[arg(long, default_value = "public")]
    public: PathBuf,

    /// Where npm has put binaryen, which brings wasm-opt
    #[arg(long, default_value = "app/site/node_modules/binaryen")]
    binaryen: PathBuf,

    /// The folder to build; it is replaced as a whole
    #[arg(long, default_value = "target/site")]
    out: PathBuf,

    /// For the watch loop: no wasm-opt, quick compression, no size budget
    #[arg(long)]
    fast: bool,

    /// The most that the `WebAssembly` may weigh compressed, in KiB
    #[arg(long, default_value_t = 250)]
    budget: u64,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("site: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    check(arguments)?;

    let fingerprint = fingerprint::of(arguments)?;
    if fingerprint::matches(&arguments.out, &fingerprint) {
        println!("site: {} is up to date", arguments.out.display());
        return Ok(());
    }

    let fresh = swap::prepare(&arguments.out)?;
    let built = site::build(arguments, &fresh)?;
    for file in &built.files {
        println!("site: {file}");
    }
    if !arguments.fast {
        let limit = arguments.budget * 1024;
        ensure!(
            built.wasm_compressed <= limit,
            "the WebAssembly weighs {} bytes compressed, the budget is {limit}: see what grew, or raise --budget with a reason",
            built.wasm_compressed
        );
    }
    swap::put_in_place(&fresh, &arguments.out)?;
    fingerprint::remember(&arguments.out, &fingerprint)
}

/// Says which argument is wrong before anything is written.
fn check(arguments: &Arguments) -> Result<()> {
    ensure!(
        arguments.wasm.is_file(),
        "--wasm {}: no such file; compile the crate `app` for wasm32-unknown-unknown first (`make site` does)",
        arguments.wasm.display()
    );
    ensure!(
        arguments.style.is_file(),
        "--style {}: no such file",
        arguments.style.display()
    );
    ensure!(
        arguments.docs_style.is_file(),
        "--docs-style {}: no such file",
        arguments.docs_style.display()
    );
    ensure!(
        arguments.public.is_dir(),
        "--public {}: no such folder",
        arguments.public.display()
    );
    ensure!(
        arguments.fast || optimise::program(&arguments.binaryen).is_file(),
        "--binaryen {}: wasm-opt is not there; run .ci/setup (or `npm ci` in app/site)",
        arguments.binaryen.display()
    );
    if let Some(parent) = arguments.out.parent() {
        fs::create_dir_all(parent).with_context(|| format!("--out {}", arguments.out.display()))?;
    }
    Ok(())
}
