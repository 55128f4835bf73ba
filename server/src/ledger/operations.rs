//! The operations of a tenant's day on the disk: two columns of its book's row.

use sqlx::Row as _;

use crate::{
    model::{Day, TenantId},
    store::{Db, StoreError},
};

impl Db {
    /// The operations of every tenant's last day.
    pub(super) async fn operations_of_days(
        &mut self,
    ) -> Result<Vec<(TenantId, Day, u64)>, StoreError> {
        let query =
            sqlx::query("SELECT tenant_id, day, operations FROM tenant_books WHERE operations > 0");
        let rows = self.fetch_all(query).await?;
        rows.iter()
            .map(|row| {
                let day: i64 = row.try_get(1)?;
                let operations: i64 = row.try_get(2)?;
                Ok((
                    TenantId::from_i64(row.try_get(0)?),
                    Day::from_number(u32::try_from(day).unwrap_or_default()),
                    u64::try_from(operations).unwrap_or_default(),
                ))
            })
            .collect()
    }

    /// Keeps operations that no commit has brought along: of requests that changed nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_operations_of(
        &mut self,
        tenant: TenantId,
        day: Day,
        operations: u64,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            // Selected, not just inserted: the tenant may have been deleted since it was counted.
            "INSERT INTO tenant_books (tenant_id, revision, last_now, active, day, operations) \
             SELECT id, 0, 0, 0, $2, $3 FROM tenants WHERE id = $1 \
             ON CONFLICT (tenant_id) DO UPDATE SET day = excluded.day, operations = excluded.operations",
        )
        .bind(tenant.as_i64())
        .bind(i64::from(day.number()))
        .bind(operations.cast_signed());
        self.execute(query).await.map(drop)
    }
}
