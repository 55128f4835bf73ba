//! The one binary. Everything is in the library.

use std::process::ExitCode;

/// Every request allocates and frees on both sides of a thread boundary, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    coop_locker::cli::run().await
}
