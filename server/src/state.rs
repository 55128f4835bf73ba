//! What every door shares.

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use crate::{clock::SharedClock, config::Settings, keyring::Keyring, ledger::Ledger};

/// The services behind the doors. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// What was configured.
    pub settings: Arc<Settings>,
    /// Where everything is decided.
    pub ledger: Ledger,
    /// Hashes and opens key values.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: SharedClock,
    /// Everything that runs beside a request is spawned here, so that a stop can wait for it.
    pub tasks: TaskTracker,
}
