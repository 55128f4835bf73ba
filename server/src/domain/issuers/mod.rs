//! Trusted issuers: whose JWTs a tenant takes.

mod add;
mod change;
mod settings;

use coop_engine::Time;
use serde_json::json;

use super::{Error, exchange::FAILURES_KEPT};
use crate::{
    ledger::Ledger,
    model::{ExchangeFailure, ExchangeHour, IssuerKeys, TenantId, TrustedIssuer, TrustedIssuerId},
    store::Db,
};

pub use add::{NewIssuer, Proof, add};
pub use change::{Edit, change, delete};

/// How far back counts are shown, in microseconds: a day.
const SHOWN: i64 = 24 * 3_600 * 1_000_000;

/// What happened with an issuer's tokens lately.
#[derive(Debug)]
pub struct History {
    /// By the hour, the newest first, of the last day.
    pub hours: Vec<ExchangeHour>,
    /// The last refusals, the newest first.
    pub failures: Vec<ExchangeFailure>,
}

/// The audience that is this tenant's by construction: nobody else can have it. `base` is where this server is reached.
#[must_use]
pub fn default_audience(base: &str, tenant: TenantId) -> String {
    format!("{base}/t/{tenant}")
}

/// The tenant's issuers, by label.
///
/// # Errors
/// When the store fails.
pub async fn list(ledger: &Ledger, tenant: TenantId) -> Result<Vec<TrustedIssuer>, Error> {
    Ok(ledger.store().read().await?.issuers_of(tenant).await?)
}

/// One of the tenant's issuers.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such one.
pub async fn find(
    ledger: &Ledger,
    tenant: TenantId,
    id: TrustedIssuerId,
) -> Result<TrustedIssuer, Error> {
    let issuer = ledger.store().read().await?.issuer_of(tenant, id).await?;
    issuer.ok_or(Error::NotFound)
}

/// The issuer that tokens with this `iss` and `aud` are held against, whosever it is.
///
/// # Errors
/// When the store fails.
pub async fn of_tokens(
    ledger: &Ledger,
    issuer: &str,
    audience: &str,
) -> Result<Option<TrustedIssuer>, Error> {
    let mut db = ledger.store().read().await?;
    Ok(db.issuer_of_tokens(issuer, audience).await?)
}

/// What happened with an issuer's tokens lately.
///
/// # Errors
/// When the store fails.
pub async fn history(
    ledger: &Ledger,
    tenant: TenantId,
    id: TrustedIssuerId,
    now: Time,
) -> Result<History, Error> {
    let since = Time::from_micros(now.as_micros().saturating_sub(SHOWN));
    let mut db = ledger.store().read().await?;
    Ok(History {
        hours: db.exchange_hours_of(tenant, id, since).await?,
        failures: db.exchange_failures_of(tenant, id, FAILURES_KEPT).await?,
    })
}

/// An audience is one tenant's from the moment on that it is proven; before that it keeps nobody else from it.
async fn check_audience(db: &mut Db, issuer: &TrustedIssuer) -> Result<(), Error> {
    if db
        .is_audience_of_another(issuer.tenant, &issuer.audience)
        .await?
    {
        return Err(Error::Taken);
    }
    Ok(())
}

/// An issuer as the audit log has it. Keys are public, and long: the address is told, of a set that there is one.
fn told(issuer: &TrustedIssuer) -> serde_json::Value {
    let settings = &issuer.settings;
    let algorithms: Vec<&str> = settings.algorithms.iter().map(|one| one.name()).collect();
    let keys = match &settings.keys {
        IssuerKeys::Url(url) => url.as_str(),
        IssuerKeys::Set(_) => "uploaded",
    };
    json!({
        "label": settings.label,
        "issuer": issuer.issuer,
        "audience": issuer.audience,
        "proven": issuer.is_accepted(),
        "enabled": issuer.enabled,
        "algorithms": algorithms,
        "keys": keys,
        "oneTime": settings.one_time,
        "maxAgeSeconds": settings.max_age_seconds,
        "maxTtlSeconds": settings.max_ttl.seconds(),
        "maxActive": settings.max_active,
    })
}
