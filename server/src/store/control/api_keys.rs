//! API keys and the values they had before.

use coop_engine::Time;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    keyring::Keyring,
    model::{ApiKey, ApiKeyId, KeyDigest, KeyState, TenantId, Tier},
    store::{Db, StoreError},
};

/// A key with what only the store keeps of its value.
#[derive(Clone)]
pub struct NewApiKey {
    /// The key.
    pub key: ApiKey,
    /// By which its value is found.
    pub digest: KeyDigest,
    /// From which its value is revealed; none when it is not kept.
    pub ciphertext: Option<Vec<u8>>,
}

/// What the server has to know of a value that is or was a key.
#[derive(Clone, Debug)]
pub struct CredentialRow {
    /// By which a value is found.
    pub digest: KeyDigest,
    /// Whose it is.
    pub tenant: TenantId,
    /// Whether it still is a key.
    pub state: KeyState,
    /// The key whose value it is or was.
    pub key: ApiKeyId,
    /// The key's label; nothing for a retired value.
    pub label: Option<String>,
    /// The tenant's tier.
    pub tier: Tier,
    /// Whether the tenant is suspended.
    pub suspended: bool,
}

const COLUMNS: &str =
    "id, tenant_id, label, hint, is_default, version, created_at, rotated_at, created_by";

impl Db {
    /// Adds a key.
    ///
    /// # Errors
    /// A unique violation when the tenant has a key of that label.
    pub async fn insert_api_key(&mut self, new: &NewApiKey) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO api_keys (id, tenant_id, label, hint, is_default, version, digest, pepper_version, ciphertext, \
             created_at, rotated_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(new.key.id.as_i64())
        .bind(new.key.tenant.as_i64())
        .bind(new.key.label.clone())
        .bind(new.key.hint.clone())
        .bind(i64::from(new.key.is_default))
        .bind(new.key.version)
        .bind(new.digest.0.to_vec())
        .bind(Keyring::PEPPER_VERSION)
        .bind(new.ciphertext.clone())
        .bind(new.key.created_at.as_micros())
        .bind(new.key.rotated_at.map(Time::as_micros))
        .bind(new.key.created_by.clone());
        self.execute(query).await.map(drop)
    }

    /// At most `limit` keys of the tenant after the first `skipped`: the default key first, then in the order in which they
    /// were made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_keys_of(
        &mut self,
        tenant: TenantId,
        skipped: u64,
        limit: u32,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM api_keys WHERE tenant_id = $1 ORDER BY is_default DESC, created_at, id \
             LIMIT $2 OFFSET $3"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.as_i64())
            .bind(i64::from(limit))
            .bind(i64::try_from(skipped).unwrap_or(i64::MAX));
        self.fetch_all(query).await?.iter().map(read_key).collect()
    }

    /// Gives a key another label; false when the tenant has no such key.
    ///
    /// # Errors
    /// A unique violation when another key of the tenant's has that label.
    pub async fn rename_api_key(
        &mut self,
        tenant: TenantId,
        id: ApiKeyId,
        label: &str,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE api_keys SET label = $3 WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.as_i64())
            .bind(id.as_i64())
            .bind(label.to_owned());
        Ok(self.execute(query).await? == 1)
    }

    /// Takes a key away; false when the tenant has no such key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_api_key(
        &mut self,
        tenant: TenantId,
        id: ApiKeyId,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM api_keys WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.as_i64())
            .bind(id.as_i64());
        Ok(self.execute(query).await? == 1)
    }

    /// The tenant's default key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn default_api_key_of(
        &mut self,
        tenant: TenantId,
    ) -> Result<Option<ApiKey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE tenant_id = $1 AND is_default = 1");
        let row = self
            .fetch_optional(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_i64()))
            .await?;
        row.as_ref().map(read_key).transpose()
    }

    /// One of the tenant's keys with its ciphertext and digest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_key_of(
        &mut self,
        tenant: TenantId,
        id: ApiKeyId,
    ) -> Result<Option<NewApiKey>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, digest, ciphertext FROM api_keys WHERE tenant_id = $1 AND id = $2"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.as_i64())
            .bind(id.as_i64());
        let row = self.fetch_optional(query).await?;
        row.map(|row| {
            Ok(NewApiKey {
                key: read_key(&row)?,
                digest: read_digest(&row, 9)?,
                ciphertext: row.try_get(10)?,
            })
        })
        .transpose()
    }

    /// How many keys the tenant has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_api_keys_of(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let query =
            sqlx::query("SELECT COUNT(*) FROM api_keys WHERE tenant_id = $1").bind(tenant.as_i64());
        let row = self.fetch_optional(query).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Puts a new value in place of the one that `new.key.version - 1` had; false when that is not the current one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_api_key_value(&mut self, new: &NewApiKey) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE api_keys SET hint = $4, version = $5, digest = $6, pepper_version = $7, ciphertext = $8, \
             rotated_at = $9 WHERE tenant_id = $1 AND id = $2 AND version = $3",
        )
        .bind(new.key.tenant.as_i64())
        .bind(new.key.id.as_i64())
        .bind(new.key.version - 1)
        .bind(new.key.hint.clone())
        .bind(new.key.version)
        .bind(new.digest.0.to_vec())
        .bind(Keyring::PEPPER_VERSION)
        .bind(new.ciphertext.clone())
        .bind(new.key.rotated_at.map(Time::as_micros));
        Ok(self.execute(query).await? == 1)
    }

    /// Remembers what became of a value.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_retired_key(
        &mut self,
        digest: KeyDigest,
        tenant: TenantId,
        key: ApiKeyId,
        state: KeyState,
        now: Time,
    ) -> Result<(), StoreError> {
        let state = if state == KeyState::Revoked {
            "revoked"
        } else {
            "rotated"
        };
        let query = sqlx::query("INSERT INTO retired_keys (digest, tenant_id, key_id, state, retired_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(digest.0.to_vec())
            .bind(tenant.as_i64())
            .bind(key.as_i64())
            .bind(state)
            .bind(now.as_micros());
        self.execute(query).await.map(drop)
    }

    /// Forgets values retired before `before`, at most `limit`; answers which.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_retired_keys(
        &mut self,
        before: Time,
        limit: i64,
    ) -> Result<Vec<KeyDigest>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM retired_keys WHERE digest IN \
             (SELECT digest FROM retired_keys WHERE retired_at < $1 ORDER BY retired_at LIMIT $2) RETURNING digest",
        )
        .bind(before.as_micros())
        .bind(limit);
        self.fetch_all(query)
            .await?
            .iter()
            .map(|row| read_digest(row, 0))
            .collect()
    }

    /// Every value that is or was a key, to begin with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_credentials(&mut self) -> Result<Vec<CredentialRow>, StoreError> {
        let current = sqlx::query(
            "SELECT k.digest, k.tenant_id, t.tier, t.suspended_at, k.id, k.label \
             FROM api_keys k JOIN tenants t ON t.id = k.tenant_id",
        );
        let retired = sqlx::query(
            "SELECT k.digest, k.tenant_id, t.tier, t.suspended_at, k.key_id, k.state \
             FROM retired_keys k JOIN tenants t ON t.id = k.tenant_id",
        );
        let mut credentials = Vec::new();
        for row in self.fetch_all(current).await? {
            let label = Some(row.try_get(5)?);
            credentials.push(read_credential(&row, KeyState::Current, label)?);
        }
        for row in self.fetch_all(retired).await? {
            let state: String = row.try_get(5)?;
            let state = if state == "revoked" {
                KeyState::Revoked
            } else {
                KeyState::Rotated
            };
            credentials.push(read_credential(&row, state, None)?);
        }
        Ok(credentials)
    }
}

fn read_credential(
    row: &AnyRow,
    state: KeyState,
    label: Option<String>,
) -> Result<CredentialRow, StoreError> {
    let tier: String = row.try_get(2)?;
    Ok(CredentialRow {
        digest: read_digest(row, 0)?,
        tenant: TenantId::from_i64(row.try_get(1)?),
        state,
        key: ApiKeyId::from_i64(row.try_get(4)?),
        label,
        tier: Tier::parse(&tier).map_err(|e| StoreError::Corrupt(e.to_string()))?,
        suspended: row.try_get::<Option<i64>, _>(3)?.is_some(),
    })
}

pub(super) fn read_digest(row: &AnyRow, column: usize) -> Result<KeyDigest, StoreError> {
    let bytes: Vec<u8> = row.try_get(column)?;
    let digest = bytes
        .try_into()
        .map_err(|_| StoreError::Corrupt("a key digest of another length".to_owned()))?;
    Ok(KeyDigest(digest))
}

fn read_key(row: &AnyRow) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: ApiKeyId::from_i64(row.try_get(0)?),
        tenant: TenantId::from_i64(row.try_get(1)?),
        label: row.try_get(2)?,
        hint: row.try_get(3)?,
        is_default: row.try_get::<i64, _>(4)? == 1,
        version: row.try_get(5)?,
        created_at: Time::from_micros(row.try_get(6)?),
        rotated_at: row.try_get::<Option<i64>, _>(7)?.map(Time::from_micros),
        created_by: row.try_get(8)?,
    })
}
