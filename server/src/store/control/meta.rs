//! What belongs to the database as a whole.

use sqlx::Row as _;

use crate::store::{Db, StoreError};

impl Db {
    /// A value by its name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meta(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let row = self
            .fetch_optional(
                sqlx::query("SELECT value FROM meta WHERE name = $1").bind(name.to_owned()),
            )
            .await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Sets a value that is not there yet.
    ///
    /// # Errors
    /// When it is there, or the database fails.
    pub async fn insert_meta(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let query = sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2)");
        self.execute(query.bind(name.to_owned()).bind(value.to_owned()))
            .await
            .map(drop)
    }
}
