//! What is kept, and where. The control plane's SQL is portable and written once; only the ledger's is SQLite's own.

mod commit_log;
mod control;
mod db;
mod error;
mod migrate;
mod sqlite;

pub use commit_log::{AppendError, CommitLog, FILES, Left, LeftCommit, Record, left};
pub(crate) use control::{APPEND_AUDIT, LAST_AUDIT};
pub use control::{CredentialRow, FIRST_HASH, NewApiKey, TokenRow};
pub use db::{Db, Store};
pub use error::StoreError;
pub use migrate::{migrate_postgres, migrate_sqlite};
pub use sqlite::{Guard, Opened, Purpose, open_reader, open_sqlite, read_sqlite};
