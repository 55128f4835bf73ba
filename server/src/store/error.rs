//! What can go wrong with a store.

use std::{io, path::PathBuf};

/// <https://sqlite.org/rescode.html#full>
const SQLITE_FULL: &str = "13";

/// The text goes to the log or to the operator's terminal, never to a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A statement failed.
    #[error("the database refused a statement: {0}")]
    Sql(#[from] sqlx::Error),
    /// A statement of the ledger failed.
    #[error("the database refused a statement of the ledger: {0}")]
    Ledger(#[from] rusqlite::Error),
    /// A migration failed.
    #[error("the database could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Another process has the database.
    #[error("{0} is in use by another coop-locker process (its lock file is {0}.lock)")]
    InUse(PathBuf),
    /// The file system failed.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// The ledger's tables are not what was acknowledged.
    #[error("what is committed cannot be brought into the tables; an earlier record says why")]
    Behind,
    /// What is in the log alone cannot be brought into the tables.
    #[error("the commit log cannot be recovered: {0}")]
    Unrecovered(String),
    /// A row is not what this program writes.
    #[error("the database holds something that this version did not write: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether SQLite found no room on the disk. A transaction that it says so of is not durable: its last page is what makes it
    /// count.
    #[must_use]
    pub fn is_no_room(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(e)) if e.code().as_deref() == Some(SQLITE_FULL))
    }

    /// Whether a statement failed because a row with that unique value exists already.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(e)) if e.is_unique_violation())
    }
}
