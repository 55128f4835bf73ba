//! A further issuer.

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use coop_engine::Time;

use super::{
    check_audience, default_audience,
    settings::{check_name, check_settings},
    told,
};
use crate::{
    clock::SharedClock,
    domain::{Error, active::active},
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, IssuerSettings, TenantId, Tiers, TrustedIssuer, TrustedIssuerId},
    random,
    store::Db,
};

/// Issuers of one tenant; real ones have a handful.
const MOST: usize = 100;

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
        let tenant = active(db, issuer.tenant).await?;
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
