//! What every door shares.

use std::{ops::Deref, sync::Arc};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{clock::SharedClock, config::Settings, keyring::Keyring, ledger::Ledger};

/// The services behind the doors: one pointer, cloned with every request.
#[derive(Clone)]
pub struct Services(Arc<Parts>);

/// What [`Services`] are made of.
pub struct Parts {
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
    /// Cancelled when the server stops: what would go on for ever ends.
    pub stop: CancellationToken,
}

impl Services {
    /// Shares the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Services {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
