//! A connection that sees everything that was acknowledged.

use std::ops::{Deref, DerefMut};

use super::Ledger;
use crate::store::{Db, StoreError};

/// A connection to read with, from a moment at which the tables had everything that had been acknowledged. What the ledger
/// writes is read with it only; the control plane's reads need no such moment.
pub struct Settled(Db);

impl Ledger {
    /// Waits until the tables have everything that was acknowledged so far, and reads then.
    ///
    /// # Errors
    /// When the tables cannot get it, and when the database fails.
    pub async fn read(&self) -> Result<Settled, StoreError> {
        self.applier.settled().await?;
        Ok(Settled(self.store().read().await?))
    }
}

impl Deref for Settled {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.0
    }
}

impl DerefMut for Settled {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.0
    }
}
