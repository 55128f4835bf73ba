//! How keys are used.

use coop_engine::Time;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    model::{ApiKeyId, ApiKeyUsage, Day, TenantId},
    store::{Db, StoreError},
};

impl Db {
    /// Keeps how a key was used; false when there is no such key any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_key_usage(&mut self, usage: &ApiKeyUsage) -> Result<bool, StoreError> {
        // Selected, not just inserted: the key may have been revoked since it was used.
        let query = sqlx::query(
            "INSERT INTO key_usage (key_id, tenant_id, last_used_at, last_used_from, user_agent, day, requests, refusals, \
             old_value_uses, old_value_last_used_at, old_value_last_used_from) \
             SELECT id, tenant_id, CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT), \
             CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS TEXT) \
             FROM api_keys WHERE tenant_id = $1 AND id = $2 \
             ON CONFLICT (key_id) DO UPDATE SET last_used_at = excluded.last_used_at, \
             last_used_from = excluded.last_used_from, user_agent = excluded.user_agent, day = excluded.day, \
             requests = excluded.requests, refusals = excluded.refusals, old_value_uses = excluded.old_value_uses, \
             old_value_last_used_at = excluded.old_value_last_used_at, \
             old_value_last_used_from = excluded.old_value_last_used_from",
        )
        .bind(usage.tenant.as_i64())
        .bind(usage.key.as_i64())
        .bind(usage.last_used_at.map(Time::as_micros))
        .bind(usage.last_used_from.clone())
        .bind(usage.user_agent.clone())
        .bind(i64::from(usage.day.number()))
        .bind(usage.requests_today.cast_signed())
        .bind(usage.refusals_today.cast_signed())
        .bind(usage.old_value_uses_since_rotation.cast_signed())
        .bind(usage.old_value_last_used_at.map(Time::as_micros))
        .bind(usage.old_value_last_used_from.clone());
        Ok(self.execute(query).await? == 1)
    }

    /// Counts the uses of a key's former values from the beginning.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_old_value_uses(
        &mut self,
        tenant: TenantId,
        key: ApiKeyId,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE key_usage SET old_value_uses = 0, old_value_last_used_at = NULL, old_value_last_used_from = NULL \
             WHERE tenant_id = $1 AND key_id = $2",
        );
        self.execute(query.bind(tenant.as_i64()).bind(key.as_i64()))
            .await
            .map(drop)
    }

    /// How every key was used, to begin with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_key_usage(&mut self) -> Result<Vec<ApiKeyUsage>, StoreError> {
        let query = sqlx::query(
            "SELECT key_id, tenant_id, last_used_at, last_used_from, user_agent, day, requests, refusals, \
             old_value_uses, old_value_last_used_at, old_value_last_used_from FROM key_usage",
        );
        self.fetch_all(query).await?.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<ApiKeyUsage, StoreError> {
    let count = |column: usize| -> Result<u64, StoreError> {
        let number: i64 = row.try_get(column)?;
        u64::try_from(number).map_err(|_| StoreError::Corrupt("a negative count".to_owned()))
    };
    let time = |column: usize| -> Result<Option<Time>, StoreError> {
        Ok(row
            .try_get::<Option<i64>, _>(column)?
            .map(Time::from_micros))
    };
    Ok(ApiKeyUsage {
        key: ApiKeyId::from_i64(row.try_get(0)?),
        tenant: TenantId::from_i64(row.try_get(1)?),
        last_used_at: time(2)?,
        last_used_from: row.try_get(3)?,
        user_agent: row.try_get(4)?,
        day: Day::from_number(u32::try_from(count(5)?).unwrap_or(u32::MAX)),
        requests_today: count(6)?,
        refusals_today: count(7)?,
        old_value_uses_since_rotation: count(8)?,
        old_value_last_used_at: time(9)?,
        old_value_last_used_from: row.try_get(10)?,
    })
}
