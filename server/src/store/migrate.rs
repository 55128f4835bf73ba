//! Brings a database up to date. Migrations only ever go forward; both databases count them alike.

use sqlx::migrate::Migrator;

use super::{Db, StoreError};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Applies what is missing to a SQLite database.
///
/// # Errors
/// When a migration fails, or the database was written by a newer version.
pub async fn migrate_sqlite(db: &mut Db) -> Result<(), StoreError> {
    Ok(SQLITE.run(db.connection()).await?)
}

/// Whether an older version used a SQLite database last and was not stopped. A database that is new, or so old that it does not
/// say, counts as stopped.
///
/// # Errors
/// When the database refuses.
pub async fn was_left_by_an_older_version(db: &mut Db) -> Result<bool, StoreError> {
    let says =
        sqlx::query("SELECT name FROM pragma_table_info('commit_log') WHERE name = 'is_open'");
    if db.fetch_optional(says).await?.is_none() {
        return Ok(false);
    }
    let newest = SQLITE.iter().map(|migration| migration.version).max();
    let older = sqlx::query(
        "SELECT id FROM commit_log WHERE is_open = 1 AND (SELECT MAX(version) FROM _sqlx_migrations) < $1",
    );
    let left = db
        .fetch_optional(older.bind(newest.unwrap_or_default()))
        .await?;
    Ok(left.is_some())
}

/// Applies what is missing to a PostgreSQL database.
///
/// # Errors
/// When a migration fails, or the database was written by a newer version.
pub async fn migrate_postgres(db: &mut Db) -> Result<(), StoreError> {
    Ok(POSTGRES.run(db.connection()).await?)
}
