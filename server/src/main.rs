//! The one binary. Everything is in the library.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    coop_locker::cli::run().await
}
