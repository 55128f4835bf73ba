//! Connections.

use sqlx::{
    Any, AnyConnection, AnyPool,
    any::{AnyArguments, AnyPoolOptions, AnyRow},
    pool::PoolConnection,
    query::Query,
};

use super::StoreError;

/// The read side: a pool of connections that see what is committed.
#[derive(Clone)]
pub struct Store {
    readers: AnyPool,
}

impl Store {
    pub(super) async fn connect(options: AnyPoolOptions, url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let url =
            url::Url::parse(url).map_err(|e| StoreError::Corrupt(format!("database URL: {e}")))?;
        let connect = quiet(&url)?;
        Ok(Self {
            readers: options.connect_with(connect).await?,
        })
    }

    /// A PostgreSQL server's control plane.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn connect_postgres(url: &str) -> Result<Self, StoreError> {
        Self::connect(AnyPoolOptions::new().max_connections(8), url).await
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// When none becomes free, or the database is gone.
    pub async fn read(&self) -> Result<Db, StoreError> {
        Ok(Db(Connection::Pooled(self.readers.acquire().await?)))
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.readers.close().await;
    }
}

/// Every statement would be a log record otherwise, on the hottest path there is.
pub(super) fn quiet(url: &url::Url) -> Result<sqlx::any::AnyConnectOptions, StoreError> {
    use sqlx::ConnectOptions as _;
    Ok(sqlx::any::AnyConnectOptions::from_url(url)?.disable_statement_logging())
}

enum Connection {
    Pooled(PoolConnection<Any>),
    Owned(AnyConnection),
}

/// One connection. What can be asked of it is in `control` (both databases) and in the ledger (SQLite).
pub struct Db(Connection);

impl Db {
    pub(super) const fn owned(connection: AnyConnection) -> Self {
        Self(Connection::Owned(connection))
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Connection::Pooled(connection) => connection,
            Connection::Owned(connection) => connection,
        }
    }

    /// Starts a transaction. It is the caller's to end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin(&mut self) -> Result<(), StoreError> {
        self.execute(sqlx::query("BEGIN")).await.map(drop)
    }

    /// Makes a transaction durable.
    ///
    /// # Errors
    /// When it could not be: then nobody knows whether it is, unless there was [no room](StoreError::is_no_room) for it.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        self.execute(sqlx::query("COMMIT")).await.map(drop)
    }

    /// Undoes a transaction, if the database has not done so by itself, as SQLite does when the disk is full.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn rollback(&mut self) -> Result<(), StoreError> {
        if self.execute(sqlx::query("ROLLBACK")).await.is_ok() {
            return Ok(());
        }
        // Another one can only begin where there is none.
        self.begin().await?;
        self.execute(sqlx::query("ROLLBACK")).await.map(drop)
    }

    pub(crate) async fn pragma(&mut self, sql: &str) -> Result<(), StoreError> {
        self.fetch_all(sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())))
            .await
            .map(drop)
    }

    pub(crate) async fn execute(
        &mut self,
        query: Query<'_, Any, AnyArguments>,
    ) -> Result<u64, StoreError> {
        Ok(query.execute(self.connection()).await?.rows_affected())
    }

    pub(crate) async fn fetch_all(
        &mut self,
        query: Query<'_, Any, AnyArguments>,
    ) -> Result<Vec<AnyRow>, StoreError> {
        Ok(query.fetch_all(self.connection()).await?)
    }

    pub(crate) async fn fetch_optional(
        &mut self,
        query: Query<'_, Any, AnyArguments>,
    ) -> Result<Option<AnyRow>, StoreError> {
        Ok(query.fetch_optional(self.connection()).await?)
    }
}
