//! What was done in each hour.

use sqlx::{Row as _, any::AnyRow};

use crate::{
    model::{Hour, HourUsage, LimitType, TenantId, Tier, UsageSource},
    store::{Db, StoreError},
};

/// Keys and issuers that have a row of their own in an hour of a tenant's. The others share one, so that a tenant with any
/// number of keys has a bounded number of rows.
const SOURCES: i64 = 100;

impl Db {
    /// Adds what was done to what is kept of that hour; false when there is no such tenant any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_usage_hour(&mut self, usage: &HourUsage) -> Result<bool, StoreError> {
        let [rate, daily, active, waiters, streams, other] = usage.refusals.map(u64::cast_signed);
        let query = sqlx::query(
            // Selected, not just inserted: the tenant may have been deleted since it was counted.
            "INSERT INTO usage_hours (tenant_id, hour, source_id, label, reads, writes, refused_rate, refused_daily, \
             refused_active, refused_waiters, refused_streams, refused_other) \
             SELECT id, CAST($2 AS BIGINT), \
             CASE WHEN (SELECT COUNT(*) FROM usage_hours WHERE tenant_id = $1 AND hour = $2) < $4 \
             OR EXISTS (SELECT 1 FROM usage_hours WHERE tenant_id = $1 AND hour = $2 AND source_id = $3) \
             THEN CAST($3 AS BIGINT) ELSE 0 END, CAST($5 AS TEXT), \
             CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), \
             CAST($11 AS BIGINT), CAST($12 AS BIGINT), CAST($13 AS BIGINT) FROM tenants WHERE id = $1 \
             ON CONFLICT (tenant_id, hour, source_id) DO UPDATE SET label = excluded.label, \
             reads = usage_hours.reads + excluded.reads, writes = usage_hours.writes + excluded.writes, \
             refused_rate = usage_hours.refused_rate + excluded.refused_rate, \
             refused_daily = usage_hours.refused_daily + excluded.refused_daily, \
             refused_active = usage_hours.refused_active + excluded.refused_active, \
             refused_waiters = usage_hours.refused_waiters + excluded.refused_waiters, \
             refused_streams = usage_hours.refused_streams + excluded.refused_streams, \
             refused_other = usage_hours.refused_other + excluded.refused_other",
        )
        .bind(usage.tenant.as_i64())
        .bind(i64::from(usage.hour.number()))
        .bind(usage.source.as_i64())
        .bind(SOURCES)
        .bind(usage.label.clone())
        .bind(usage.reads.cast_signed())
        .bind(usage.writes.cast_signed())
        .bind(rate)
        .bind(daily)
        .bind(active)
        .bind(waiters)
        .bind(streams)
        .bind(other);
        Ok(self.execute(query).await? == 1)
    }

    /// What was done from an hour on, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn usage_hours_of(
        &mut self,
        tenant: TenantId,
        since: Hour,
    ) -> Result<Vec<HourUsage>, StoreError> {
        let query = sqlx::query(
            "SELECT tenant_id, hour, source_id, label, reads, writes, refused_rate, refused_daily, refused_active, \
             refused_waiters, refused_streams, refused_other FROM usage_hours WHERE tenant_id = $1 AND hour >= $2 \
             ORDER BY hour, source_id",
        )
        .bind(tenant.as_i64())
        .bind(i64::from(since.number()));
        self.fetch_all(query).await?.iter().map(read).collect()
    }

    /// Tenants of a tier with something from before an hour, at most `limit`. One look into the key a tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenants_with_usage_before(
        &mut self,
        tier: Tier,
        before: Hour,
        limit: i64,
    ) -> Result<Vec<TenantId>, StoreError> {
        let query = sqlx::query(
            "SELECT t.id FROM tenants t WHERE t.tier = $1 AND \
             (SELECT MIN(u.hour) FROM usage_hours u WHERE u.tenant_id = t.id) < $2 LIMIT $3",
        )
        .bind(tier.code())
        .bind(i64::from(before.number()))
        .bind(limit);
        let rows = self.fetch_all(query).await?;
        rows.iter()
            .map(|row| Ok(TenantId::from_i64(row.try_get(0)?)))
            .collect()
    }

    /// Forgets what a tenant did before an hour, the oldest first, `limit` rows; answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_usage_hours_of(
        &mut self,
        tenant: TenantId,
        before: Hour,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM usage_hours WHERE tenant_id = $1 AND (hour, source_id) IN \
             (SELECT hour, source_id FROM usage_hours WHERE tenant_id = $1 AND hour < $2 ORDER BY hour LIMIT $3)",
        )
        .bind(tenant.as_i64())
        .bind(i64::from(before.number()))
        .bind(limit);
        self.execute(query).await
    }
}

fn read(row: &AnyRow) -> Result<HourUsage, StoreError> {
    let count = |column: usize| -> Result<u64, StoreError> {
        let number: i64 = row.try_get(column)?;
        u64::try_from(number).map_err(|_| StoreError::Corrupt("a negative count".to_owned()))
    };
    let mut refusals = [0; LimitType::ALL.len()];
    for (at, refused) in refusals.iter_mut().enumerate() {
        *refused = count(6 + at)?;
    }
    Ok(HourUsage {
        tenant: TenantId::from_i64(row.try_get(0)?),
        hour: Hour::from_number(u32::try_from(count(1)?).unwrap_or(u32::MAX)),
        source: UsageSource::from_i64(row.try_get(2)?),
        label: row.try_get(3)?,
        reads: count(4)?,
        writes: count(5)?,
        refusals,
    })
}
