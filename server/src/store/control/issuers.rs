//! Trusted issuers.

use coop_engine::{Time, Ttl};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    model::{
        IssuerKeys, IssuerSettings, SigningAlgorithm, TenantId, TrustedIssuer, TrustedIssuerId,
    },
    store::{Db, StoreError},
};

const COLUMNS: &str = "id, tenant_id, label, issuer, audience, challenge, algorithms, jwks_url, jwks, enabled, \
                       version, one_time, max_age_seconds, max_ttl_seconds, max_active, created_at";

impl Db {
    /// Adds an issuer.
    ///
    /// # Errors
    /// A unique violation when the tenant has one of that label, or somebody has one of that `iss` and accepted `aud`.
    pub async fn insert_issuer(&mut self, new: &TrustedIssuer) -> Result<(), StoreError> {
        let (url, set) = keys(&new.settings.keys);
        let query = sqlx::query(
            "INSERT INTO trusted_issuers (id, tenant_id, label, issuer, audience, accepted_audience, challenge, \
             algorithms, jwks_url, jwks, enabled, version, one_time, max_age_seconds, max_ttl_seconds, max_active, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        )
        .bind(new.id.as_i64())
        .bind(new.tenant.as_i64())
        .bind(new.settings.label.clone())
        .bind(new.issuer.clone())
        .bind(new.audience.clone())
        .bind(new.is_accepted().then(|| new.audience.clone()))
        .bind(new.challenge.clone())
        .bind(names(&new.settings.algorithms))
        .bind(url)
        .bind(set)
        .bind(i64::from(new.enabled))
        .bind(new.version)
        .bind(i64::from(new.settings.one_time))
        .bind(new.settings.max_age_seconds.map(i64::from))
        .bind(i64::from(new.settings.max_ttl.seconds()))
        .bind(new.settings.max_active.map(u64::cast_signed))
        .bind(new.created_at.as_micros());
        self.execute(query).await.map(drop)
    }

    /// Writes a changed issuer over the one with the version before; false when that is not the current one.
    ///
    /// # Errors
    /// A unique violation as in [`Self::insert_issuer`].
    pub async fn update_issuer(&mut self, new: &TrustedIssuer) -> Result<bool, StoreError> {
        let (url, set) = keys(&new.settings.keys);
        let query = sqlx::query(
            "UPDATE trusted_issuers SET label = $4, accepted_audience = $5, challenge = $6, algorithms = $7, \
             jwks_url = $8, jwks = $9, enabled = $10, version = $11, one_time = $12, max_age_seconds = $13, \
             max_ttl_seconds = $14, max_active = $15 WHERE tenant_id = $1 AND id = $2 AND version = $3",
        )
        .bind(new.tenant.as_i64())
        .bind(new.id.as_i64())
        .bind(new.version - 1)
        .bind(new.settings.label.clone())
        .bind(new.is_accepted().then(|| new.audience.clone()))
        .bind(new.challenge.clone())
        .bind(names(&new.settings.algorithms))
        .bind(url)
        .bind(set)
        .bind(i64::from(new.enabled))
        .bind(new.version)
        .bind(i64::from(new.settings.one_time))
        .bind(new.settings.max_age_seconds.map(i64::from))
        .bind(i64::from(new.settings.max_ttl.seconds()))
        .bind(new.settings.max_active.map(u64::cast_signed));
        Ok(self.execute(query).await? == 1)
    }

    /// Removes an issuer and everything that was kept of it; false when the tenant has no such one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_issuer(
        &mut self,
        tenant: TenantId,
        id: TrustedIssuerId,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM trusted_issuers WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.as_i64())
            .bind(id.as_i64());
        Ok(self.execute(query).await? == 1)
    }

    /// One of the tenant's issuers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issuer_of(
        &mut self,
        tenant: TenantId,
        id: TrustedIssuerId,
    ) -> Result<Option<TrustedIssuer>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM trusted_issuers WHERE tenant_id = $1 AND id = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.as_i64())
            .bind(id.as_i64());
        let row = self.fetch_optional(query).await?;
        row.as_ref().map(read_issuer).transpose()
    }

    /// The tenant's issuers, by label.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issuers_of(&mut self, tenant: TenantId) -> Result<Vec<TrustedIssuer>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM trusted_issuers WHERE tenant_id = $1 ORDER BY label, id"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_i64());
        self.fetch_all(query)
            .await?
            .iter()
            .map(read_issuer)
            .collect()
    }

    /// The issuer that tokens with this `iss` and `aud` are held against, whosever it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issuer_of_tokens(
        &mut self,
        issuer: &str,
        audience: &str,
    ) -> Result<Option<TrustedIssuer>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM trusted_issuers WHERE accepted_audience = $1 AND issuer = $2"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(audience.to_owned())
            .bind(issuer.to_owned());
        let row = self.fetch_optional(query).await?;
        row.as_ref().map(read_issuer).transpose()
    }

    /// Whether an audience is proven to be somebody else's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_audience_of_another(
        &mut self,
        tenant: TenantId,
        audience: &str,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "SELECT 1 FROM trusted_issuers WHERE accepted_audience = $1 AND tenant_id <> $2 LIMIT 1",
        )
        .bind(audience.to_owned())
        .bind(tenant.as_i64());
        Ok(self.fetch_optional(query).await?.is_some())
    }
}

fn keys(keys: &IssuerKeys) -> (Option<String>, Option<String>) {
    match keys {
        IssuerKeys::Url(url) => (Some(url.clone()), None),
        IssuerKeys::Set(set) => (None, Some(set.clone())),
    }
}

fn names(algorithms: &[SigningAlgorithm]) -> String {
    let names: Vec<&str> = algorithms.iter().map(|one| one.name()).collect();
    names.join(",")
}

pub(super) fn read_ttl(seconds: i64) -> Result<Ttl, StoreError> {
    Ttl::parse(seconds).map_err(|_| StoreError::Corrupt("an issuer's maximum TTL".to_owned()))
}

fn read_issuer(row: &AnyRow) -> Result<TrustedIssuer, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("an issuer's {what}"));
    let url: Option<String> = row.try_get(7)?;
    let set: Option<String> = row.try_get(8)?;
    let keys = match (url, set) {
        (Some(url), None) => IssuerKeys::Url(url),
        (None, Some(set)) => IssuerKeys::Set(set),
        _ => return Err(corrupt("keys")),
    };
    let algorithms: String = row.try_get(6)?;
    let algorithms: Option<Vec<_>> = algorithms.split(',').map(SigningAlgorithm::parse).collect();
    let max_age: Option<i64> = row.try_get(12)?;
    Ok(TrustedIssuer {
        id: TrustedIssuerId::from_i64(row.try_get(0)?),
        tenant: TenantId::from_i64(row.try_get(1)?),
        issuer: row.try_get(3)?,
        audience: row.try_get(4)?,
        challenge: row.try_get(5)?,
        enabled: row.try_get::<i64, _>(9)? == 1,
        version: row.try_get(10)?,
        created_at: Time::from_micros(row.try_get(15)?),
        settings: IssuerSettings {
            label: row.try_get(2)?,
            algorithms: algorithms.ok_or_else(|| corrupt("algorithms"))?,
            keys,
            one_time: row.try_get::<i64, _>(11)? == 1,
            max_age_seconds: max_age
                .map(u32::try_from)
                .transpose()
                .map_err(|_| corrupt("maximum age"))?,
            max_ttl: read_ttl(row.try_get(13)?)?,
            max_active: row.try_get::<Option<i64>, _>(14)?.map(i64::cast_unsigned),
        },
    })
}
