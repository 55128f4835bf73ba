//! The audit log.

use coop_engine::Time;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    keyring::sha256,
    model::{AuditEntry, By, Deed, StoredAudit, TenantId},
    store::{Db, StoreError},
};

/// What the first entry of a tenant is bound to.
pub const FIRST_HASH: [u8; 32] = [0; 32];

/// The JSON of a row.
#[derive(serde::Serialize, serde::Deserialize)]
struct Text {
    by: By,
    #[serde(flatten)]
    deed: Deed,
}

/// A tenant's last entry.
pub(crate) const LAST: &str =
    "SELECT number, at, entry, hash FROM audit WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1";
/// Adds an entry.
pub(crate) const APPEND: &str =
    "INSERT INTO audit (tenant_id, number, at, entry, hash) VALUES ($1, $2, $3, $4, $5)";

impl StoredAudit {
    /// What is kept of a deed, as JSON.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn text(by: &By, deed: &Deed) -> Result<String, serde_json::Error> {
        let text = Text {
            by: by.clone(),
            deed: deed.clone(),
        };
        serde_json::to_string(&text)
    }

    /// The entry that comes after a tenant's last one, with its [text](Self::text).
    #[must_use]
    pub fn after(last: Option<&Self>, now: Time, entry: String) -> Self {
        let mut entry = Self {
            number: last.map_or(1, |last| last.number + 1),
            at: now,
            entry,
            hash: Vec::new(),
        };
        let before = last.map_or(&FIRST_HASH[..], |last| &last.hash);
        entry.hash = entry.hash_after(before).to_vec();
        entry
    }

    /// The hash that this entry has to have after the one with the hash `before`.
    #[must_use]
    pub fn hash_after(&self, before: &[u8]) -> [u8; 32] {
        let mut bytes = before.to_vec();
        bytes.extend(self.number.to_be_bytes());
        bytes.extend(self.at.as_micros().to_be_bytes());
        bytes.extend(self.entry.as_bytes());
        sha256(&bytes)
    }

    /// Reads the entry.
    ///
    /// # Errors
    /// When the text is not what this service writes.
    pub fn read(self, tenant: TenantId) -> Result<AuditEntry, StoreError> {
        let Text { by, deed } = serde_json::from_str(&self.entry)
            .map_err(|e| StoreError::Corrupt(format!("an entry of the audit log: {e}")))?;
        Ok(AuditEntry {
            tenant,
            number: self.number,
            at: self.at,
            by,
            deed,
        })
    }
}

impl Db {
    /// Adds an entry after the tenant's last one. Belongs into the transaction of what it tells.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn append_audit(
        &mut self,
        tenant: TenantId,
        now: Time,
        by: &By,
        deed: &Deed,
    ) -> Result<(), StoreError> {
        let last = sqlx::query(LAST).bind(tenant.as_i64());
        let last = self.fetch_optional(last).await?;
        let last = last.as_ref().map(read_audit).transpose()?;
        let text = StoredAudit::text(by, deed)
            .map_err(|e| StoreError::Corrupt(format!("an entry of the audit log: {e}")))?;
        let row = StoredAudit::after(last.as_ref(), now, text);
        let query = sqlx::query(APPEND)
            .bind(tenant.as_i64())
            .bind(row.number)
            .bind(row.at.as_micros())
            .bind(row.entry)
            .bind(row.hash);
        self.execute(query).await.map(drop)
    }

    /// At most `limit` entries with numbers below `before`, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_before(
        &mut self,
        tenant: TenantId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<StoredAudit>, StoreError> {
        let query = sqlx::query(
            "SELECT number, at, entry, hash FROM audit WHERE tenant_id = $1 AND number < $2 \
             ORDER BY number DESC LIMIT $3",
        );
        let query = query.bind(tenant.as_i64()).bind(before).bind(limit);
        self.fetch_all(query)
            .await?
            .iter()
            .map(read_audit)
            .collect()
    }

    /// At most `limit` entries with numbers above `after`, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_after(
        &mut self,
        tenant: TenantId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<StoredAudit>, StoreError> {
        let query = sqlx::query(
            "SELECT number, at, entry, hash FROM audit WHERE tenant_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        );
        let query = query.bind(tenant.as_i64()).bind(after).bind(limit);
        self.fetch_all(query)
            .await?
            .iter()
            .map(read_audit)
            .collect()
    }

    /// Forgets entries from before `before`, at most `limit`. A tenant's newest entry stays: the next one is bound to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_audit(&mut self, before: Time, limit: i64) -> Result<u64, StoreError> {
        // Spelt out: PostgreSQL has no row id that SQLite has too.
        let query = sqlx::query(
            "DELETE FROM audit WHERE (tenant_id, number) IN \
             (SELECT a.tenant_id, a.number FROM audit a WHERE a.at < $1 AND a.number < \
             (SELECT MAX(b.number) FROM audit b WHERE b.tenant_id = a.tenant_id) ORDER BY a.at LIMIT $2)",
        );
        self.execute(query.bind(before.as_micros()).bind(limit))
            .await
    }
}

fn read_audit(row: &AnyRow) -> Result<StoredAudit, StoreError> {
    Ok(StoredAudit {
        number: row.try_get(0)?,
        at: Time::from_micros(row.try_get(1)?),
        entry: row.try_get(2)?,
        hash: row.try_get(3)?,
    })
}
