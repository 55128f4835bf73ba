//! Connections for reads of many rows.
//!
//! sqlx hands every row of an SQLite database from one thread to another as a value of its own, which costs several times
//! what reading it does. Here a thread reads from the first row to the last.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::applier::Applier;
use crate::store::{StoreError, open_reader};

/// Reads at once. Each connection has a cache and each read a thread.
const MOST: usize = 4;

/// A few connections that see everything that was acknowledged, opened when they are needed and kept.
#[derive(Clone)]
pub(super) struct Readers(Arc<Inner>);

struct Inner {
    path: PathBuf,
    applier: Applier,
    room: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: &Path, applier: Applier) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            applier,
            room: Arc::new(Semaphore::new(MOST)),
            idle: Mutex::default(),
        }))
    }

    /// Does some reading on a thread that may wait for the disk. It is done to its end, whether or not somebody still waits
    /// for it.
    ///
    /// # Errors
    /// The work's, and when the database cannot be opened.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.0.applier.settled().await?;
        let readers = Arc::clone(&self.0);
        // The semaphore is never closed. The room is the thread's, also when nobody waits for it any more.
        let room = Arc::clone(&self.0.room).acquire_owned().await;
        let reading = tokio::task::spawn_blocking(move || {
            let _room = room;
            let connection = readers.connection()?;
            let read = work(&connection);
            readers.idle().push(connection);
            read
        });
        let ended = |_| StoreError::Corrupt("a read ended without an answer".to_owned());
        reading.await.map_err(ended)?
    }
}

impl Inner {
    /// Nothing panics while it is locked.
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle().pop() {
            return Ok(connection);
        }
        open_reader(&self.path)
    }
}
