//! Tokens that JWTs were exchanged for.

use coop_engine::{Time, Ttl};
use sqlx::Row as _;

use super::{api_keys::read_digest, issuers::read_ttl};
use crate::{
    model::{KeyDigest, StoredToken, TenantId, Tier, TrustedIssuerId},
    store::{Db, StoreError},
};

/// What the server has to know of a token that was issued.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// The token.
    pub token: StoredToken,
    /// Whether it was revoked, by its bearer or by a change of its issuer.
    pub is_revoked: bool,
    /// The issuer's label.
    pub label: String,
    /// The longest that its bearer may hold something.
    pub max_ttl: Ttl,
    /// How much he may hold.
    pub max_active: Option<u64>,
    /// The tenant's tier.
    pub tier: Tier,
    /// Whether the tenant is suspended.
    pub suspended: bool,
}

impl Db {
    /// Adds a token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_access_token(&mut self, token: &StoredToken) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO access_tokens (digest, tenant_id, issuer_id, issuer_version, subject, expires_at, revoked) \
             VALUES ($1, $2, $3, $4, $5, $6, 0)",
        )
        .bind(token.digest.0.to_vec())
        .bind(token.tenant.as_i64())
        .bind(token.issuer.as_i64())
        .bind(token.issuer_version)
        .bind(token.subject.clone())
        .bind(token.expires_at.as_micros());
        self.execute(query).await.map(drop)
    }

    /// Ends a token before its time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_access_token_of(
        &mut self,
        tenant: TenantId,
        digest: &KeyDigest,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE access_tokens SET revoked = 1 WHERE tenant_id = $1 AND digest = $2",
        )
        .bind(tenant.as_i64())
        .bind(digest.0.to_vec());
        self.execute(query).await.map(drop)
    }

    /// Forgets tokens that ended before `before`, at most `limit`; answers which.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_access_tokens(
        &mut self,
        before: Time,
        limit: i64,
    ) -> Result<Vec<KeyDigest>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM access_tokens WHERE digest IN \
             (SELECT digest FROM access_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) RETURNING digest",
        )
        .bind(before.as_micros())
        .bind(limit);
        self.fetch_all(query)
            .await?
            .iter()
            .map(|row| read_digest(row, 0))
            .collect()
    }

    /// Every token that is remembered, to begin with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_access_tokens(&mut self) -> Result<Vec<TokenRow>, StoreError> {
        let query = sqlx::query(
            "SELECT a.digest, a.tenant_id, a.issuer_id, a.issuer_version, a.subject, a.expires_at, a.revoked, \
             i.version, i.enabled, i.label, i.max_ttl_seconds, i.max_active, t.tier, t.suspended_at \
             FROM access_tokens a JOIN trusted_issuers i ON i.id = a.issuer_id JOIN tenants t ON t.id = a.tenant_id",
        );
        let rows = self.fetch_all(query).await?;
        rows.iter()
            .map(|row| {
                let token = StoredToken {
                    digest: read_digest(row, 0)?,
                    tenant: TenantId::from_i64(row.try_get(1)?),
                    issuer: TrustedIssuerId::from_i64(row.try_get(2)?),
                    issuer_version: row.try_get(3)?,
                    subject: row.try_get(4)?,
                    expires_at: Time::from_micros(row.try_get(5)?),
                };
                let is_of_this_version = token.issuer_version == row.try_get::<i64, _>(7)?
                    && row.try_get::<i64, _>(8)? == 1;
                let tier: String = row.try_get(12)?;
                Ok(TokenRow {
                    token,
                    is_revoked: row.try_get::<i64, _>(6)? == 1 || !is_of_this_version,
                    label: row.try_get(9)?,
                    max_ttl: read_ttl(row.try_get(10)?)?,
                    max_active: row.try_get::<Option<i64>, _>(11)?.map(i64::cast_unsigned),
                    tier: Tier::parse(&tier).map_err(|e| StoreError::Corrupt(e.to_string()))?,
                    suspended: row.try_get::<Option<i64>, _>(13)?.is_some(),
                })
            })
            .collect()
    }
}
