//! Opening the embedded database.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sqlx::{ConnectOptions as _, any::AnyPoolOptions};
use tempfile::TempDir;

use super::{
    Db, Store, StoreError,
    db::quiet,
    migrate::{migrate_sqlite, was_left_by_an_older_version},
};
use crate::config::DatabaseUrl;

/// Enough for pages and sign-ins side by side; each holds a cache of its own.
const READERS: u32 = 4;
/// How long a connection waits for another one of this process. Nothing here holds the database for so long.
const BUSY: Duration = Duration::from_secs(5);
/// More statements than the ledger has, so that none is prepared twice.
const STATEMENTS: usize = 32;

/// What the database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve: worth preparing for a load.
    Serve,
    /// For one command.
    Command,
}

impl Purpose {
    /// Bytes of each of the commit log's two files. Both together are what the tables may lag behind: when serving, half a
    /// second under full load. A start fills them, which takes longer than all the rest of it.
    #[must_use]
    pub const fn log_size(self) -> u64 {
        match self {
            Self::Serve => 8 * 1024 * 1024,
            Self::Command => 256 * 1024,
        }
    }
}

/// A database that this process, and no other, writes.
pub struct Opened {
    /// The read side.
    pub store: Store,
    /// The connection that writes the control plane.
    pub writer: Db,
    /// The connection that writes the ledger's tables, which the control plane is not written beside.
    pub tables: Connection,
    /// What it was opened for.
    pub purpose: Purpose,
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
    /// Whether anything has to reach a disk. A `memory:` database is gone with its process.
    #[must_use]
    pub const fn is_durable(&self) -> bool {
        self.folder.is_none()
    }

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
pub async fn open_sqlite(url: &DatabaseUrl, purpose: Purpose) -> Result<Opened, StoreError> {
    let guard = lock(url)?;
    let synchronous = if guard.is_durable() { "FULL" } else { "OFF" };
    let url = sqlite_url(&guard.path, "rwc")?;
    sqlx::any::install_default_drivers();
    let mut writer = Db::owned(quiet(&url)?.connect().await?);
    writer.pragma("PRAGMA journal_mode = WAL").await?;
    // What this connection takes away are secrets and accounts; their bytes do not stay behind in free pages.
    writer.pragma("PRAGMA secure_delete = ON").await?;
    let pragma = format!("PRAGMA synchronous = {synchronous}");
    writer.pragma(&pragma).await?;
    // Checkpoints are the applier's: here one would hold up everybody who waits for a decision.
    writer.pragma("PRAGMA wal_autocheckpoint = 0").await?;
    if was_left_by_an_older_version(&mut writer).await? {
        return Err(StoreError::Unrecovered(format!(
            "{} was used by an older version, which was not stopped. Only that one knows for certain how to read what it left: \
             start it once more and stop it, then start this one",
            guard.path.display()
        )));
    }
    migrate_sqlite(&mut writer).await?;
    let tables = open_tables(&guard.path, synchronous)?;
    let pool = AnyPoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false);
    let store = Store::connect(pool, url.as_str()).await?;
    Ok(Opened {
        store,
        writer,
        tables,
        purpose,
        guard: Arc::new(guard),
    })
}

/// Opens a file to read it, whoever else has it: without the lock, without bringing it up to date.
///
/// # Errors
/// When there is no such file, or it is no database.
pub async fn read_sqlite(url: &DatabaseUrl) -> Result<Store, StoreError> {
    let DatabaseUrl::Sqlite(path) = url else {
        return Err(StoreError::Corrupt(
            "no database file to read was given".to_owned(),
        ));
    };
    let io = |e| StoreError::Io(path.clone(), e);
    let path = std::path::absolute(path).map_err(io)?;
    fs::metadata(&path).map_err(io)?;
    let pool = AnyPoolOptions::new().max_connections(1);
    Store::connect(pool, sqlite_url(&path, "ro")?.as_str()).await
}

fn open_tables(path: &Path, synchronous: &str) -> Result<Connection, StoreError> {
    let tables = Connection::open(path)?;
    tables.busy_timeout(BUSY)?;
    tables.set_prepared_statement_cache_capacity(STATEMENTS);
    tables.pragma_update(None, "synchronous", synchronous)?;
    tables.pragma_update(None, "cache_size", -65_536)?;
    tables.pragma_update(None, "foreign_keys", true)?;
    tables.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(tables)
}

/// A connection that sees what is committed, for reads of many rows.
///
/// # Errors
/// When the file cannot be opened.
pub fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags)?;
    reader.busy_timeout(BUSY)?;
    reader.pragma_update(None, "query_only", true)?;
    Ok(reader)
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
    let path = real(&path).map_err(io)?;
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

/// The path by which SQLite knows a file. A link has the lock and the log where the file itself has them: under another name
/// there would be two of each.
fn real(path: &Path) -> io::Result<PathBuf> {
    if fs::symlink_metadata(path).is_ok() {
        return fs::canonicalize(path);
    }
    let path = std::path::absolute(path)?;
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Ok(fs::canonicalize(parent)?.join(name)),
        _ => Ok(path),
    }
}

/// The URL form lets sqlx tell a path's `?` and `%` from its own.
fn sqlite_url(path: &Path, mode: &str) -> Result<url::Url, StoreError> {
    let wrong = || StoreError::Corrupt(format!("{} cannot be a database path", path.display()));
    let file = url::Url::from_file_path(path).map_err(|()| wrong())?;
    let url = format!("sqlite://{}?mode={mode}", file.path());
    url::Url::parse(&url).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    async fn open(path: &Path) -> Result<Opened, StoreError> {
        open_sqlite(&DatabaseUrl::Sqlite(path.to_owned()), Purpose::Command).await
    }

    async fn refused(path: &Path) -> String {
        let refused = open(path).await.err();
        refused.expect("refused").to_string()
    }

    #[tokio::test]
    async fn a_database_is_one_by_whatever_name_it_is_opened() {
        let folder = TempDir::new().expect("a folder");
        let (file, elsewhere) = (folder.path().join("a.db"), folder.path().join("elsewhere"));
        fs::create_dir(&elsewhere).expect("made");
        let (link, lost) = (elsewhere.join("link.db"), elsewhere.join("lost.db"));
        symlink(&file, &link).expect("linked");
        symlink(folder.path().join("none.db"), &lost).expect("linked");
        symlink(folder.path(), elsewhere.join("folder")).expect("linked");
        let opened = open(&file).await.expect("opened");
        for name in [&file, &link, &elsewhere.join("folder/a.db")] {
            let said = refused(name).await;
            assert!(said.contains("in use"), "{said}");
        }
        drop(opened);
        let by_link = open(&link).await.expect("opened");
        assert_eq!(
            by_link.guard.path(),
            fs::canonicalize(&file).expect("there")
        );
        drop(by_link);
        assert!(refused(&lost).await.contains("No such file"));
        let beside = fs::read_dir(&elsewhere).expect("a folder").count();
        assert_eq!(beside, 3, "nothing lies beside a link");
    }

    #[tokio::test]
    async fn what_an_older_version_left_in_its_log_is_left_to_it() {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("a.db");
        drop(open(&file).await.expect("opened"));
        let database = Connection::open(&file).expect("opened");
        let last = "(SELECT MAX(version) FROM _sqlx_migrations)";
        let older = format!(
            "UPDATE commit_log SET is_open = 1; DELETE FROM _sqlx_migrations WHERE version = {last}"
        );
        drop(open(&file).await.expect("opened"));
        database.execute_batch(&older).expect("done");
        let said = refused(&file).await;
        assert!(said.contains("used by an older version"), "{said}");
        let newer = "UPDATE commit_log SET is_open = 0; ALTER TABLE commit_log DROP COLUMN is_open";
        database.execute_batch(newer).expect("done");
        open(&file).await.expect("opened");
    }
}
