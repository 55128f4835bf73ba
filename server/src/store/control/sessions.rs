//! Dashboard sessions.

use coop_engine::Time;
use sqlx::{
    Any, Row as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::{
    model::{SignedIn, StoredSession},
    store::{Db, StoreError},
};

const COLUMNS: &str =
    "id_hash, data, expires_at, issuer, subject, signed_in_at, seen_at, address, user_agent";

impl Db {
    /// Adds a session.
    ///
    /// # Errors
    /// A unique violation when the id is taken.
    pub async fn insert_session(&mut self, session: &StoredSession) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO sessions (id_hash, data, expires_at, issuer, subject, signed_in_at, seen_at, address, user_agent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        );
        self.execute(bind(query, session)).await.map(drop)
    }

    /// Overwrites a session that is there; false when it is not, so that a session that was ended stays ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_session(&mut self, session: &StoredSession) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE sessions SET data = $2, expires_at = $3, issuer = $4, subject = $5, signed_in_at = $6, \
             seen_at = $7, address = $8, user_agent = $9 WHERE id_hash = $1",
        );
        Ok(self.execute(bind(query, session)).await? == 1)
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
        let sql = format!("SELECT {COLUMNS} FROM sessions WHERE id_hash = $1 AND expires_at > $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id_hash.to_vec())
            .bind(now.as_micros());
        let row = self.fetch_optional(query).await?;
        row.as_ref().map(read_session).transpose()
    }

    /// The sessions of a person that have not ended, the one used last first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions_of(
        &mut self,
        issuer: &str,
        subject: &str,
        now: Time,
    ) -> Result<Vec<StoredSession>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM sessions WHERE issuer = $1 AND subject = $2 AND expires_at > $3 \
             ORDER BY seen_at DESC, signed_in_at DESC, id_hash"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(issuer.to_owned())
            .bind(subject.to_owned())
            .bind(now.as_micros());
        let rows = self.fetch_all(query).await?;
        rows.iter().map(read_session).collect()
    }

    /// Ends a session of a person's; false when he has none of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_session_of(
        &mut self,
        issuer: &str,
        subject: &str,
        id_hash: &[u8],
    ) -> Result<bool, StoreError> {
        let query =
            sqlx::query("DELETE FROM sessions WHERE issuer = $1 AND subject = $2 AND id_hash = $3")
                .bind(issuer.to_owned())
                .bind(subject.to_owned())
                .bind(id_hash.to_vec());
        Ok(self.execute(query).await? == 1)
    }

    /// Ends all sessions of a person but the one with the id `except`; answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_sessions_of(
        &mut self,
        issuer: &str,
        subject: &str,
        except: Option<&[u8; 32]>,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM sessions WHERE issuer = $1 AND subject = $2 AND id_hash <> $3",
        )
        .bind(issuer.to_owned())
        .bind(subject.to_owned())
        // No hash is empty.
        .bind(except.map_or_else(Vec::new, |id| id.to_vec()));
        self.execute(query).await
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

fn bind<'q>(
    query: Query<'q, Any, AnyArguments>,
    session: &StoredSession,
) -> Query<'q, Any, AnyArguments> {
    let who = session.signed_in.as_ref();
    query
        .bind(session.id_hash.to_vec())
        .bind(session.data.clone())
        .bind(session.expires_at.as_micros())
        .bind(who.map(|who| who.issuer.clone()))
        .bind(who.map(|who| who.subject.clone()))
        .bind(who.map(|who| who.since.as_micros()))
        .bind(who.map(|who| who.seen.as_micros()))
        .bind(who.and_then(|who| who.address.clone()))
        .bind(who.and_then(|who| who.user_agent.clone()))
}

fn read_session(row: &AnyRow) -> Result<StoredSession, StoreError> {
    let id_hash: Vec<u8> = row.try_get(0)?;
    let time = |column| -> Result<Time, StoreError> { Ok(Time::from_micros(row.try_get(column)?)) };
    let signed_in = match row.try_get::<Option<String>, _>(3)? {
        Some(issuer) => Some(SignedIn {
            issuer,
            subject: row.try_get(4)?,
            since: time(5)?,
            seen: time(6)?,
            address: row.try_get(7)?,
            user_agent: row.try_get(8)?,
        }),
        None => None,
    };
    Ok(StoredSession {
        id_hash: id_hash
            .try_into()
            .map_err(|_| StoreError::Corrupt("a session's id of another length".to_owned()))?,
        data: row.try_get(1)?,
        expires_at: time(2)?,
        signed_in,
    })
}
