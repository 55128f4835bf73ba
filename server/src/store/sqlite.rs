//! Opening the embedded database.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::{ConnectOptions as _, any::AnyPoolOptions};
use tempfile::TempDir;

use super::{Db, Store, StoreError, db::quiet, migrate_sqlite};
use crate::config::DatabaseUrl;

/// Enough for lists, sign-ins and book loading side by side; each holds a cache of its own.
const READERS: u32 = 4;

/// A database that this process, and no other, writes.
pub struct Opened {
    /// The read side.
    pub store: Store,
    /// The only connection that writes.
    pub writer: Db,
    /// A connection to checkpoint with, beside the writer's.
    pub checkpointer: Db,
    /// Keeps the file ours.
    pub guard: Arc<Guard>,
}

/// Holds the lock, and the folder of a `memory:` database.
pub struct Guard {
    _lock: File,
    folder: Option<TempDir>,
    path: PathBuf,
}

impl Guard {
    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Takes the lock, opens the file (making it when there is none) and brings it up to date.
///
/// # Errors
/// [`StoreError::InUse`] when another process has it; others when it cannot be opened.
pub async fn open_sqlite(url: &DatabaseUrl) -> Result<Opened, StoreError> {
    let guard = lock(url)?;
    // A memory: database is gone with its process, so nothing has to reach a disk.
    let synchronous = if guard.folder.is_some() {
        "OFF"
    } else {
        "FULL"
    };
    let url = sqlite_url(&guard.path)?;
    sqlx::any::install_default_drivers();
    let mut writer = Db::owned(quiet(&url)?.connect().await?);
    // The checkpointer runs checkpoints: on the commit path one would hold up everybody who waits for the commit.
    for pragma in [
        "PRAGMA journal_mode = WAL",
        &format!("PRAGMA synchronous = {synchronous}"),
        "PRAGMA wal_autocheckpoint = 0",
        "PRAGMA cache_size = -65536",
        "PRAGMA temp_store = MEMORY",
    ] {
        writer
            .fetch_all(sqlx::query(sqlx::AssertSqlSafe(pragma.to_owned())))
            .await?;
    }
    migrate_sqlite(&mut writer).await?;
    let mut checkpointer = Db::owned(quiet(&url)?.connect().await?);
    let pragma = format!("PRAGMA synchronous = {synchronous}");
    checkpointer
        .execute(sqlx::query(sqlx::AssertSqlSafe(pragma)))
        .await?;
    let store = Store::connect(
        AnyPoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false),
        url.as_str(),
    )
    .await?;
    Ok(Opened {
        store,
        writer,
        checkpointer,
        guard: Arc::new(guard),
    })
}

fn lock(url: &DatabaseUrl) -> Result<Guard, StoreError> {
    let (path, folder) = match url {
        DatabaseUrl::Sqlite(path) => (path.clone(), None),
        DatabaseUrl::Memory => {
            let folder = TempDir::new().map_err(|e| StoreError::Io(std::env::temp_dir(), e))?;
            (folder.path().join("coop-locker.db"), Some(folder))
        }
        DatabaseUrl::Postgres(_) => {
            return Err(StoreError::Corrupt(
                "a PostgreSQL URL where a file was expected".to_owned(),
            ));
        }
    };
    let io = |e| StoreError::Io(path.clone(), e);
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let path = std::path::absolute(&path).map_err(io)?;
    let mut lock_path = path.clone().into_os_string();
    lock_path.push(".lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(io)?;
    match lock.try_lock() {
        Ok(()) => Ok(Guard {
            _lock: lock,
            folder,
            path,
        }),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path)),
        Err(TryLockError::Error(e)) => Err(StoreError::Io(path, e)),
    }
}

/// The URL form lets sqlx tell a path's `?` and `%` from its own.
fn sqlite_url(path: &Path) -> Result<url::Url, StoreError> {
    let wrong = || StoreError::Corrupt(format!("{} cannot be a database path", path.display()));
    let file = url::Url::from_file_path(path).map_err(|()| wrong())?;
    let url = format!("sqlite://{}?mode=rwc", file.path());
    url::Url::parse(&url).map_err(|_| wrong())
}
