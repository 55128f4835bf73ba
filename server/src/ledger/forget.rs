//! The end of a tenant's books: rows that nobody can ask for any more.

use sqlx::Row as _;

use crate::{
    model::TenantId,
    store::{Db, StoreError},
};

impl Db {
    /// Forgets a part of what the ledger holds of a tenant that is gone, at most `limit` rows of a kind; answers how many.
    /// The row of the book goes last, so that what is left can be found.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_ledger_of(
        &mut self,
        tenant: TenantId,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let mut rows = 0;
        for sql in [
            "DELETE FROM reservations WHERE tenant_id = $1 AND (resource, fencing_token) IN \
             (SELECT resource, fencing_token FROM reservations WHERE tenant_id = $1 LIMIT $2)",
            "DELETE FROM events WHERE tenant_id = $1 AND revision IN \
             (SELECT revision FROM events WHERE tenant_id = $1 LIMIT $2)",
            "DELETE FROM definitions WHERE tenant_id = $1 AND name IN \
             (SELECT name FROM definitions WHERE tenant_id = $1 LIMIT $2)",
            "DELETE FROM closures WHERE tenant_id = $1 AND node IN \
             (SELECT node FROM closures WHERE tenant_id = $1 LIMIT $2)",
        ] {
            let query = sqlx::query(sql).bind(tenant.as_i64()).bind(limit);
            rows += self.execute(query).await?;
        }
        if rows == 0 {
            let query = sqlx::query("DELETE FROM tenant_books WHERE tenant_id = $1");
            rows = self.execute(query.bind(tenant.as_i64())).await?;
        }
        Ok(rows)
    }

    /// Tenants that are gone and of which the ledger still holds something, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ownerless_books(&mut self, limit: i64) -> Result<Vec<TenantId>, StoreError> {
        let query = sqlx::query(
            "SELECT tenant_id FROM tenant_books WHERE tenant_id NOT IN (SELECT id FROM tenants) LIMIT $1",
        );
        let rows = self.fetch_all(query.bind(limit)).await?;
        rows.iter()
            .map(|row| Ok(TenantId::from_i64(row.try_get(0)?)))
            .collect()
    }
}
