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

/// Applies what is missing to a PostgreSQL database.
///
/// # Errors
/// When a migration fails, or the database was written by a newer version.
pub async fn migrate_postgres(db: &mut Db) -> Result<(), StoreError> {
    Ok(POSTGRES.run(db.connection()).await?)
}
