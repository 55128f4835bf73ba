//! Trusted issuers: whose JWTs a tenant takes.

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use coop_engine::{Label, Time};
use serde_json::json;

use super::{Error, exchange::FAILURES_KEPT};
use crate::{
    clock::SharedClock,
    ledger::{Effect, Ledger, Mutation},
    model::{
        By, Deed, ExchangeFailure, ExchangeHour, IssuerKeys, IssuerSettings, TenantId, Tiers,
        TrustedIssuer, TrustedIssuerId,
    },
    random,
    store::Db,
};

/// Issuers of one tenant; real ones have a handful.
const MOST: usize = 100;
/// The longest `iss` and `aud` that are taken, in bytes.
const LONGEST_NAME: usize = 512;
/// The largest key set that is taken, in bytes.
const LARGEST_SET: usize = 64 * 1024;
/// No token lives longer than a day, so none can be older either, in seconds.
const LONGEST_AGE: u32 = 24 * 3_600;
/// How far back counts are shown, in microseconds: a day.
const SHOWN: i64 = 24 * 3_600 * 1_000_000;

/// An issuer to add.
#[derive(Clone, Debug)]
pub struct NewIssuer {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` of its tokens; none: the one that is this tenant's by construction.
    pub audience: Option<String>,
    /// The rest.
    pub settings: IssuerSettings,
    /// Whether a custom audience has to be proven.
    pub proof: Proof,
}

/// Whether somebody has to prove that an audience is his.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Tenants have to.
    Asked,
    /// The operator knows.
    Waived,
}

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

/// Adds an issuer. `base` is where this server is reached.
///
/// # Errors
/// [`Error::TierRequired`]; [`Error::Taken`] for a label that the tenant uses, or an audience that is somebody's;
/// [`Error::Invalid`] says what is wrong with the rest.
pub async fn add(
    ledger: &Ledger,
    clock: &SharedClock,
    tiers: &Tiers,
    base: &str,
    tenant: TenantId,
    new: NewIssuer,
    by: By,
) -> Result<TrustedIssuer, Error> {
    check_settings(&new.settings)?;
    check_name("The issuer", &new.issuer)?;
    let own = default_audience(base, tenant);
    let audience = new.audience.unwrap_or_else(|| own.clone());
    check_name("The audience", &audience)?;
    if audience != own && audience.starts_with(&format!("{base}/t/")) {
        return Err(Error::Invalid(
            "This audience belongs to another tenant by construction.".to_owned(),
        ));
    }
    let is_own = audience == own || new.proof == Proof::Waived;
    let now = clock.now();
    let add = Add {
        issuer: TrustedIssuer {
            id: TrustedIssuerId::from_random(random::u64()),
            tenant,
            issuer: new.issuer,
            audience,
            challenge: (!is_own).then(|| BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<24>())),
            enabled: true,
            version: 1,
            created_at: now,
            settings: new.settings,
        },
        tiers: tiers.clone(),
        by,
        now,
    };
    Ok(ledger.mutate(add).await?)
}

fn check_name(what: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains(char::is_control) {
        return Err(Error::Invalid(format!(
            "{what} must have 1 to {LONGEST_NAME} bytes and no control characters."
        )));
    }
    Ok(())
}

fn check_settings(settings: &IssuerSettings) -> Result<(), Error> {
    let invalid = |text: String| Err(Error::Invalid(text));
    if let Err(error) = Label::parse(&settings.label) {
        return invalid(format!("The label {error}."));
    }
    if settings.algorithms.is_empty() {
        return invalid("Choose at least one algorithm.".to_owned());
    }
    if settings
        .max_age_seconds
        .is_some_and(|age| !(1..=LONGEST_AGE).contains(&age))
    {
        return invalid(format!(
            "The maximum age must be 1 to {LONGEST_AGE} seconds."
        ));
    }
    if settings
        .max_active
        .is_some_and(|most| most == 0 || i64::try_from(most).is_err())
    {
        return invalid("An end user has to be allowed at least one reservation.".to_owned());
    }
    let (text, longest) = match &settings.keys {
        IssuerKeys::Url(url) => (url, LONGEST_NAME),
        IssuerKeys::Set(set) => (set, LARGEST_SET),
    };
    if text.is_empty() || text.len() > longest {
        return invalid(format!("The keys must have 1 to {longest} bytes."));
    }
    Ok(())
}

struct Add {
    issuer: TrustedIssuer,
    tiers: Tiers,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Add {
    type Output = TrustedIssuer;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<TrustedIssuer, Error> {
        let issuer = self.issuer;
        let tenant = db.tenant(issuer.tenant).await?.ok_or(Error::NotFound)?;
        if !self.tiers.of(tenant.tier).jwt_exchange {
            return Err(Error::TierRequired);
        }
        if db.issuers_of(issuer.tenant).await?.len() >= MOST {
            return Err(Error::LimitReached(MOST as u64));
        }
        check_audience(db, &issuer).await?;
        db.insert_issuer(&issuer).await?;
        let deed = Deed::new("issuer.add", issuer.id, told(&issuer));
        db.append_audit(issuer.tenant, self.now, &self.by, &deed)
            .await?;
        Ok(issuer)
    }
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

/// What is done to an issuer.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Its settings are these from now on.
    Settings(IssuerSettings),
    /// Its tokens are taken, or not.
    Enabled(bool),
    /// It was proven that its audience is the tenant's.
    Proven,
}

impl Edit {
    const fn action(&self) -> &'static str {
        match self {
            Self::Settings(_) => "issuer.change",
            Self::Enabled(true) => "issuer.enable",
            Self::Enabled(false) => "issuer.disable",
            Self::Proven => "issuer.prove",
        }
    }
}

/// Changes an issuer. The tokens that it was issued before open nothing any more when this returns, also for requests under
/// way.
///
/// `version` is the one that the person saw.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`] when it was changed meanwhile, else as [`add`].
pub async fn change(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    id: TrustedIssuerId,
    version: i64,
    edit: Edit,
    by: By,
) -> Result<TrustedIssuer, Error> {
    if let Edit::Settings(settings) = &edit {
        check_settings(settings)?;
    }
    let change = Change {
        tenant,
        id,
        version,
        edit,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(change).await?)
}

struct Change {
    tenant: TenantId,
    id: TrustedIssuerId,
    version: i64,
    edit: Edit,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Change {
    type Output = TrustedIssuer;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<TrustedIssuer, Error> {
        let old = db
            .issuer_of(self.tenant, self.id)
            .await?
            .ok_or(Error::NotFound)?;
        if old.version != self.version {
            return Err(Error::Stale);
        }
        let action = self.edit.action();
        let before = told(&old);
        let mut new = TrustedIssuer {
            version: old.version + 1,
            ..old
        };
        match self.edit {
            Edit::Settings(settings) => new.settings = settings,
            Edit::Enabled(enabled) => new.enabled = enabled,
            Edit::Proven => {
                check_audience(db, &new).await?;
                new.challenge = None;
            }
        }
        if !db.update_issuer(&new).await? {
            return Err(Error::Stale);
        }
        let deed = Deed::new(
            action,
            new.id,
            json!({"before": before, "after": told(&new)}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::IssuerChanged(new.id));
        Ok(new)
    }
}

/// Removes an issuer, with the tokens that it was issued and what was kept of exchanges.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such one.
pub async fn delete(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    id: TrustedIssuerId,
    by: By,
) -> Result<(), Error> {
    let delete = Delete {
        tenant,
        id,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(delete).await?)
}

struct Delete {
    tenant: TenantId,
    id: TrustedIssuerId,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Delete {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        let old = db
            .issuer_of(self.tenant, self.id)
            .await?
            .ok_or(Error::NotFound)?;
        db.delete_issuer(self.tenant, self.id).await?;
        let deed = Deed::new("issuer.delete", self.id, told(&old));
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::IssuerChanged(self.id));
        Ok(())
    }
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
