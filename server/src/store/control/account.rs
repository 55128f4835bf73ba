//! What an owner and the operator's people change of a tenant as a whole.

use coop_engine::Time;
use sqlx::Row as _;

use super::{
    api_keys::read_digest,
    tenants::{COLUMNS, read_tenant},
};
use crate::{
    keyring::WrappedKey,
    model::{Identity, KeyDigest, Reason, Tenant, TenantId, TenantName, Tier},
    store::{Db, StoreError},
};

impl Db {
    /// Gives a tenant another name; false when there is no such tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rename_tenant(
        &mut self,
        id: TenantId,
        name: &TenantName,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE tenants SET name = $2 WHERE id = $1")
            .bind(id.as_i64())
            .bind(name.as_str().to_owned());
        Ok(self.execute(query).await? == 1)
    }

    /// Suspends a tenant, or with `None` ends its suspension; false when there is no such tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_tenant_suspension(
        &mut self,
        id: TenantId,
        suspension: Option<(Time, &Reason)>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE tenants SET suspended_at = $2, suspension_reason = $3 WHERE id = $1",
        )
        .bind(id.as_i64())
        .bind(suspension.map(|(at, _)| at.as_micros()))
        .bind(suspension.map(|(_, reason)| reason.as_str().to_owned()));
        Ok(self.execute(query).await? == 1)
    }

    /// Replaces the key that the tenant's values are encrypted with; with `None`, whatever was encrypted with it is lost.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_tenant_data_key(
        &mut self,
        id: TenantId,
        key: Option<&WrappedKey>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE tenants SET data_key = $2 WHERE id = $1")
            .bind(id.as_i64())
            .bind(key.map(|key| key.0.clone()));
        Ok(self.execute(query).await? == 1)
    }

    /// Takes the encrypted values of all of the tenant's keys away; answers of how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_values_of(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE api_keys SET ciphertext = NULL WHERE tenant_id = $1 AND ciphertext IS NOT NULL",
        );
        self.execute(query.bind(tenant.as_i64())).await
    }

    /// Who owns a tenant, if anybody does yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owner_of(&mut self, tenant: TenantId) -> Result<Option<Identity>, StoreError> {
        let query =
            sqlx::query("SELECT issuer, subject, email FROM identities WHERE tenant_id = $1")
                .bind(tenant.as_i64());
        let row = self.fetch_optional(query).await?;
        row.map(|row| {
            Ok(Identity {
                issuer: row.try_get(0)?,
                subject: row.try_get(1)?,
                email: row.try_get(2)?,
                name: None,
            })
        })
        .transpose()
    }

    /// Everything by which a value that is or was a key of the tenant's is found.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn digests_of(&mut self, tenant: TenantId) -> Result<Vec<KeyDigest>, StoreError> {
        let query = sqlx::query(
            "SELECT digest FROM api_keys WHERE tenant_id = $1 \
             UNION ALL SELECT digest FROM retired_keys WHERE tenant_id = $1",
        );
        let rows = self.fetch_all(query.bind(tenant.as_i64())).await?;
        rows.iter().map(|row| read_digest(row, 0)).collect()
    }

    /// Takes a tenant away, and with it whatever of the control plane belongs to it; false when there is no such tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_tenant(&mut self, id: TenantId) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM tenants WHERE id = $1").bind(id.as_i64());
        Ok(self.execute(query).await? == 1)
    }

    /// At most `limit` tenants after `after` in the order of their ids, whose name or e-mail address holds `text`,
    /// whatever its case, and that have the tier, if one is given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenants_matching(
        &mut self,
        text: &str,
        tier: Option<Tier>,
        after: Option<TenantId>,
        limit: i64,
    ) -> Result<Vec<Tenant>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tenants WHERE id > $1 AND ($2 = '' OR tier = $2) \
             AND (LOWER(name) LIKE $3 ESCAPE '!' OR LOWER(COALESCE(email, '')) LIKE $3 ESCAPE '!') \
             ORDER BY id LIMIT $4"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.map_or(-1, TenantId::as_i64))
            .bind(tier.map_or("", Tier::code))
            .bind(format!("%{}%", literally(text)))
            .bind(limit);
        let rows = self.fetch_all(query).await?;
        rows.iter().map(read_tenant).collect()
    }
}

/// A text as a pattern that matches it and nothing else. Both databases lower ASCII alike; of other letters SQLite knows
/// one case only.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.to_ascii_lowercase().chars() {
        if matches!(c, '!' | '%' | '_') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern
}
