//! Dashboard sessions.

use coop_engine::Time;
use sqlx::Row as _;

use crate::{
    model::StoredSession,
    store::{Db, StoreError},
};

impl Db {
    /// Adds a session.
    ///
    /// # Errors
    /// A unique violation when the id is taken.
    pub async fn insert_session(&mut self, session: &StoredSession) -> Result<(), StoreError> {
        let query =
            sqlx::query("INSERT INTO sessions (id_hash, data, expires_at) VALUES ($1, $2, $3)")
                .bind(session.id_hash.to_vec())
                .bind(session.data.clone())
                .bind(session.expires_at.as_micros());
        self.execute(query).await.map(drop)
    }

    /// Overwrites a session that is there; false when it is not, so that a session that was ended stays ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_session(&mut self, session: &StoredSession) -> Result<bool, StoreError> {
        let query =
            sqlx::query("UPDATE sessions SET data = $2, expires_at = $3 WHERE id_hash = $1")
                .bind(session.id_hash.to_vec())
                .bind(session.data.clone())
                .bind(session.expires_at.as_micros());
        Ok(self.execute(query).await? == 1)
    }

    /// A session that has not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(
        &mut self,
        id_hash: &[u8; 32],
        now: Time,
    ) -> Result<Option<StoredSession>, StoreError> {
        let query = sqlx::query(
            "SELECT data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2",
        )
        .bind(id_hash.to_vec())
        .bind(now.as_micros());
        let row = self.fetch_optional(query).await?;
        row.map(|row| {
            let expires_at = Time::from_micros(row.try_get(1)?);
            Ok(StoredSession {
                id_hash: *id_hash,
                data: row.try_get(0)?,
                expires_at,
            })
        })
        .transpose()
    }

    /// Ends a session and says what it held: only the first caller gets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_session(
        &mut self,
        id_hash: &[u8; 32],
        now: Time,
    ) -> Result<Option<String>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM sessions WHERE id_hash = $1 AND expires_at > $2 RETURNING data",
        )
        .bind(id_hash.to_vec())
        .bind(now.as_micros());
        let row = self.fetch_optional(query).await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_session(&mut self, id_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.execute(sqlx::query("DELETE FROM sessions WHERE id_hash = $1").bind(id_hash.to_vec()))
            .await
            .map(drop)
    }

    /// Forgets sessions that ended, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_sessions(&mut self, now: Time, limit: i64) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM sessions WHERE id_hash IN \
             (SELECT id_hash FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        );
        self.execute(query.bind(now.as_micros()).bind(limit)).await
    }
}
