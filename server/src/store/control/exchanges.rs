//! What is kept of exchanges: one-time tokens that were used, counts by the hour, the last refusals.

use coop_engine::Time;
use sqlx::Row as _;

use crate::{
    model::{Check, ExchangeFailure, ExchangeHour, TenantId, TrustedIssuerId},
    store::{Db, StoreError},
};

impl Db {
    /// Remembers that a one-time token was used.
    ///
    /// # Errors
    /// A unique violation when it was used before.
    pub async fn insert_used_jwt(
        &mut self,
        issuer: TrustedIssuerId,
        jti_hash: &[u8],
        until: Time,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO used_jwts (issuer_id, jti_hash, used_until) VALUES ($1, $2, $3)",
        )
        .bind(issuer.as_i64())
        .bind(jti_hash.to_vec())
        .bind(until.as_micros());
        self.execute(query).await.map(drop)
    }

    /// Whether a one-time token was used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_used_jwt(
        &mut self,
        issuer: TrustedIssuerId,
        jti_hash: &[u8],
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT 1 FROM used_jwts WHERE issuer_id = $1 AND jti_hash = $2")
            .bind(issuer.as_i64())
            .bind(jti_hash.to_vec());
        Ok(self.fetch_optional(query).await?.is_some())
    }

    /// Forgets one-time tokens that could not be used any more anyway, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_used_jwts(&mut self, now: Time, limit: i64) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM used_jwts WHERE (issuer_id, jti_hash) IN \
             (SELECT issuer_id, jti_hash FROM used_jwts WHERE used_until <= $1 ORDER BY used_until LIMIT $2)",
        );
        self.execute(query.bind(now.as_micros()).bind(limit)).await
    }

    /// Counts what happened within an hour.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_exchanges(
        &mut self,
        tenant: TenantId,
        issuer: TrustedIssuerId,
        more: ExchangeHour,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO exchange_counts (tenant_id, issuer_id, hour, exchanged, refused) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (issuer_id, hour) DO UPDATE SET exchanged = exchange_counts.exchanged + excluded.exchanged, \
             refused = exchange_counts.refused + excluded.refused",
        )
        .bind(tenant.as_i64())
        .bind(issuer.as_i64())
        .bind(more.hour.as_micros())
        .bind(more.exchanged.cast_signed())
        .bind(more.refused.cast_signed());
        self.execute(query).await.map(drop)
    }

    /// The hours since `since` in which something happened, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn exchange_hours_of(
        &mut self,
        tenant: TenantId,
        issuer: TrustedIssuerId,
        since: Time,
    ) -> Result<Vec<ExchangeHour>, StoreError> {
        let query = sqlx::query(
            "SELECT hour, exchanged, refused FROM exchange_counts \
             WHERE tenant_id = $1 AND issuer_id = $2 AND hour >= $3 ORDER BY hour DESC",
        )
        .bind(tenant.as_i64())
        .bind(issuer.as_i64())
        .bind(since.as_micros());
        let rows = self.fetch_all(query).await?;
        rows.iter()
            .map(|row| {
                Ok(ExchangeHour {
                    hour: Time::from_micros(row.try_get(0)?),
                    exchanged: row.try_get::<i64, _>(1)?.cast_unsigned(),
                    refused: row.try_get::<i64, _>(2)?.cast_unsigned(),
                })
            })
            .collect()
    }

    /// Forgets counts of hours before `before`, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_exchange_counts(
        &mut self,
        before: Time,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM exchange_counts WHERE (issuer_id, hour) IN \
             (SELECT issuer_id, hour FROM exchange_counts WHERE hour < $1 ORDER BY hour LIMIT $2)",
        );
        self.execute(query.bind(before.as_micros()).bind(limit))
            .await
    }

    /// Remembers a refusal under a random `id`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_exchange_failure(
        &mut self,
        id: i64,
        tenant: TenantId,
        issuer: TrustedIssuerId,
        failure: &ExchangeFailure,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO exchange_failures (id, tenant_id, issuer_id, at, failed_check, address) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(tenant.as_i64())
        .bind(issuer.as_i64())
        .bind(failure.at.as_micros())
        .bind(failure.check.code())
        .bind(failure.address.clone());
        self.execute(query).await.map(drop)
    }

    /// The issuer's last refusals, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn exchange_failures_of(
        &mut self,
        tenant: TenantId,
        issuer: TrustedIssuerId,
        limit: i64,
    ) -> Result<Vec<ExchangeFailure>, StoreError> {
        let query = sqlx::query(
            "SELECT at, failed_check, address FROM exchange_failures WHERE tenant_id = $1 AND issuer_id = $2 \
             ORDER BY at DESC, id DESC LIMIT $3",
        )
        .bind(tenant.as_i64())
        .bind(issuer.as_i64())
        .bind(limit);
        let rows = self.fetch_all(query).await?;
        rows.iter()
            .map(|row| {
                let code: String = row.try_get(1)?;
                Ok(ExchangeFailure {
                    at: Time::from_micros(row.try_get(0)?),
                    check: Check::parse(&code)
                        .ok_or_else(|| StoreError::Corrupt("an unknown check".to_owned()))?,
                    address: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// Forgets the issuer's refusals but for the newest `kept`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trim_exchange_failures_of(
        &mut self,
        tenant: TenantId,
        issuer: TrustedIssuerId,
        kept: i64,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM exchange_failures WHERE tenant_id = $1 AND issuer_id = $2 AND id NOT IN \
             (SELECT id FROM exchange_failures WHERE issuer_id = $2 ORDER BY at DESC, id DESC LIMIT $3)",
        )
        .bind(tenant.as_i64())
        .bind(issuer.as_i64())
        .bind(kept);
        self.execute(query).await
    }

    /// Forgets refusals of before `before`, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_exchange_failures(
        &mut self,
        before: Time,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM exchange_failures WHERE id IN (SELECT id FROM exchange_failures WHERE at < $1 LIMIT $2)",
        );
        self.execute(query.bind(before.as_micros()).bind(limit))
            .await
    }
}
