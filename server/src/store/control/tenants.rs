//! Tenants, who owns them, and claims of those that nobody owns yet.

use coop_engine::Time;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    keyring::WrappedKey,
    model::{Identity, Tenant, TenantId, Tier},
    store::{Db, StoreError},
};

pub(super) const COLUMNS: &str = "id, name, email, tier, suspended_at, created_at, suspension_reason, \
                       CAST(CASE WHEN data_key IS NULL THEN 0 ELSE 1 END AS BIGINT), requires_registration";

impl Db {
    /// Adds a tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_tenant(
        &mut self,
        tenant: &Tenant,
        data_key: &WrappedKey,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO tenants (id, name, email, tier, suspended_at, data_key, created_at, suspension_reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(tenant.id.as_i64())
        .bind(tenant.name.clone())
        .bind(tenant.email.clone())
        .bind(tenant.tier.code())
        .bind(tenant.suspended_at.map(Time::as_micros))
        .bind(data_key.0.clone())
        .bind(tenant.created_at.as_micros())
        .bind(tenant.suspension_reason.clone());
        self.execute(query).await.map(drop)
    }

    /// One tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenant(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tenants WHERE id = $1");
        let row = self
            .fetch_optional(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.as_i64()))
            .await?;
        row.as_ref().map(read_tenant).transpose()
    }

    /// At most `limit` tenants in the order of their ids, those after `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenants_after(
        &mut self,
        after: Option<TenantId>,
        limit: i64,
    ) -> Result<Vec<Tenant>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tenants WHERE id > $1 ORDER BY id LIMIT $2");
        let after = after.map_or(-1, TenantId::as_i64);
        let rows = self
            .fetch_all(
                sqlx::query(sqlx::AssertSqlSafe(sql))
                    .bind(after)
                    .bind(limit),
            )
            .await?;
        rows.iter().map(read_tenant).collect()
    }

    /// Changes the tier; false when there is no such tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_tenant_tier(&mut self, id: TenantId, tier: Tier) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE tenants SET tier = $2 WHERE id = $1")
            .bind(id.as_i64())
            .bind(tier.code());
        Ok(self.execute(query).await? == 1)
    }

    /// Changes whether the tenant's resources have to be registered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_requires_registration(
        &mut self,
        id: TenantId,
        required: bool,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE tenants SET requires_registration = $2 WHERE id = $1")
            .bind(id.as_i64())
            .bind(i64::from(required));
        self.execute(query).await.map(drop)
    }

    /// The tenants whose resources have to be registered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenants_requiring_registration(&mut self) -> Result<Vec<TenantId>, StoreError> {
        let query = sqlx::query("SELECT id FROM tenants WHERE requires_registration = 1");
        self.fetch_all(query)
            .await?
            .iter()
            .map(|row| Ok(TenantId::from_i64(row.try_get(0)?)))
            .collect()
    }

    /// The wrapped key that this tenant's values are encrypted with; none while they are not kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenant_data_key(
        &mut self,
        id: TenantId,
    ) -> Result<Option<WrappedKey>, StoreError> {
        let row = self
            .fetch_optional(
                sqlx::query("SELECT data_key FROM tenants WHERE id = $1").bind(id.as_i64()),
            )
            .await?;
        let key: Option<Vec<u8>> = row.map_or(Ok(None), |row| row.try_get(0))?;
        Ok(key.map(WrappedKey))
    }

    /// The tenant that a person owns.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenant_of_identity(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<TenantId>, StoreError> {
        let query =
            sqlx::query("SELECT tenant_id FROM identities WHERE issuer = $1 AND subject = $2")
                .bind(issuer.to_owned())
                .bind(subject.to_owned());
        let row = self.fetch_optional(query).await?;
        row.map(|row| Ok(TenantId::from_i64(row.try_get(0)?)))
            .transpose()
    }

    /// Makes a person the owner of a tenant.
    ///
    /// # Errors
    /// A unique violation when the person or the tenant is taken already.
    pub async fn insert_identity(
        &mut self,
        identity: &Identity,
        tenant: TenantId,
        now: Time,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO identities (issuer, subject, tenant_id, email, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(identity.issuer.clone())
        .bind(identity.subject.clone())
        .bind(tenant.as_i64())
        .bind(identity.email.clone())
        .bind(now.as_micros());
        self.execute(query).await.map(drop)
    }

    /// Offers an ownerless tenant to whoever presents the code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_claim(
        &mut self,
        code_hash: &[u8],
        tenant: TenantId,
        expires_at: Time,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO claims (code_hash, tenant_id, expires_at) VALUES ($1, $2, $3)",
        )
        .bind(code_hash.to_vec())
        .bind(tenant.as_i64())
        .bind(expires_at.as_micros());
        self.execute(query).await.map(drop)
    }

    /// Uses a code up: only the first caller gets the tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_claim(
        &mut self,
        code_hash: &[u8],
        now: Time,
    ) -> Result<Option<TenantId>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM claims WHERE code_hash = $1 AND expires_at > $2 RETURNING tenant_id",
        )
        .bind(code_hash.to_vec())
        .bind(now.as_micros());
        let row = self.fetch_optional(query).await?;
        row.map(|row| Ok(TenantId::from_i64(row.try_get(0)?)))
            .transpose()
    }

    /// Forgets codes that nobody may use any more, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_claims(&mut self, now: Time, limit: i64) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM claims WHERE code_hash IN (SELECT code_hash FROM claims WHERE expires_at <= $1 LIMIT $2)",
        );
        self.execute(query.bind(now.as_micros()).bind(limit)).await
    }
}

pub(super) fn read_tenant(row: &AnyRow) -> Result<Tenant, StoreError> {
    let tier: String = row.try_get(3)?;
    Ok(Tenant {
        id: TenantId::from_i64(row.try_get(0)?),
        name: row.try_get(1)?,
        email: row.try_get(2)?,
        tier: Tier::parse(&tier).map_err(|e| StoreError::Corrupt(e.to_string()))?,
        suspended_at: row.try_get::<Option<i64>, _>(4)?.map(Time::from_micros),
        created_at: Time::from_micros(row.try_get(5)?),
        suspension_reason: row.try_get(6)?,
        keeps_values: row.try_get::<i64, _>(7)? == 1,
        requires_registration: row.try_get::<i64, _>(8)? == 1,
    })
}
