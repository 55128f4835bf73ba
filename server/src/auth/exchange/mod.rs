//! A tenant's own JWT, held against everything that is demanded of it. Who passes gets a token from `domain::exchange`.

mod keys;
mod pem;
mod upload;

use coop_engine::Requester;
use jsonwebtoken::Algorithm;
use serde::Deserialize;

use super::jwt::{self, Claims, Header, Unverified};
use crate::{
    domain::{self, exchange::Accepted},
    model::{Check, IssuerKeys, SigningAlgorithm, TrustedIssuer},
    state::Services,
};
use keys::KeySources;

pub use upload::{read_address, read_upload};

/// The largest JWT that is looked at, in bytes.
const LARGEST: usize = 8 * 1024;

/// The claim in which a token carries our challenge, to prove that an audience is its issuer's.
pub const CHALLENGE_CLAIM: &str = "coop_locker_challenge";

/// Holds JWTs against their issuers' keys, which it keeps for a while.
pub struct Exchange {
    keys: KeySources,
}

/// A JWT of which nothing is known yet but whose it says to be.
pub struct Attempt {
    jwt: String,
    header: Header,
    /// The issuer that it is held against.
    pub issuer: TrustedIssuer,
}

/// Why a JWT was not accepted.
#[derive(Debug)]
pub enum Refused {
    /// It failed this check.
    By(Check),
    /// Nobody could tell.
    Failed(domain::Error),
}

impl From<Check> for Refused {
    fn from(check: Check) -> Self {
        Self::By(check)
    }
}

impl From<domain::Error> for Refused {
    fn from(error: domain::Error) -> Self {
        match error {
            domain::Error::Rejected(check) => Self::By(check),
            error => Self::Failed(error),
        }
    }
}

impl From<Refused> for domain::Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::By(check) => Self::Rejected(check),
            Refused::Failed(error) => error,
        }
    }
}

/// What a token has beside the claims that every token has.
#[derive(Deserialize)]
struct WithChallenge {
    #[serde(flatten)]
    claims: Claims,
    coop_locker_challenge: Option<String>,
}

impl Exchange {
    /// Fetches nothing yet.
    #[must_use]
    pub fn new(services: &Services) -> Self {
        Self {
            keys: KeySources::new(&services.settings.jwks_private_networks, &services.clock),
        }
    }

    /// Finds the issuer that a JWT is to be held against.
    ///
    /// # Errors
    /// [`Refused`] when its header cannot be worked with, or nobody takes tokens of its `iss` and `aud`.
    pub async fn identify(&self, services: &Services, jwt: &str) -> Result<Attempt, Refused> {
        let header = jwt::read_header(jwt, LARGEST)?;
        header.check_type()?;
        let unverified = Unverified::read(jwt)?;
        let audience = unverified.audience().ok_or(Check::Issuer)?;
        let found = domain::issuers::of_tokens(&services.ledger, &unverified.iss, audience).await?;
        Ok(Attempt {
            jwt: jwt.to_owned(),
            header,
            issuer: found.ok_or(Check::Issuer)?,
        })
    }

    /// Holds a JWT against one issuer, whatever it says to be: how its owner tries it.
    ///
    /// # Errors
    /// As [`Self::identify`].
    pub fn attempt_for(&self, issuer: TrustedIssuer, jwt: &str) -> Result<Attempt, Check> {
        let header = jwt::read_header(jwt, LARGEST)?;
        header.check_type()?;
        let unverified = Unverified::read(jwt)?;
        let is_of_issuer = unverified.iss == issuer.issuer
            && unverified.audience() == Some(issuer.audience.as_str());
        if !is_of_issuer {
            return Err(Check::Issuer);
        }
        Ok(Attempt {
            jwt: jwt.to_owned(),
            header,
            issuer,
        })
    }

    /// Makes every check that is left. The tier is looked at when the token is issued, so that only who has a valid JWT
    /// learns of it.
    ///
    /// # Errors
    /// [`Refused`] by the first check that fails.
    pub async fn verify(&self, services: &Services, attempt: Attempt) -> Result<Accepted, Refused> {
        if !attempt.issuer.is_accepted() {
            return Err(Check::Enabled.into());
        }
        let claims = self.claims::<Claims>(services, &attempt).await?;
        self.check(services, attempt.issuer, &claims).await
    }

    /// Holds a JWT against an issuer whose audience is not proven yet: its subject, and whether it carries the challenge.
    ///
    /// # Errors
    /// [`Refused`] by the first check that fails.
    pub async fn proves(
        &self,
        services: &Services,
        attempt: Attempt,
    ) -> Result<(String, bool), Refused> {
        let claims = self.claims::<WithChallenge>(services, &attempt).await?;
        let challenge = attempt.issuer.challenge.clone();
        let accepted = self.check(services, attempt.issuer, &claims.claims).await?;
        let proves = challenge.is_some() && claims.coop_locker_challenge == challenge;
        Ok((accepted.subject.as_str().to_owned(), proves))
    }

    async fn claims<C: for<'de> Deserialize<'de>>(
        &self,
        services: &Services,
        attempt: &Attempt,
    ) -> Result<C, Check> {
        let Attempt {
            jwt,
            header,
            issuer,
        } = attempt;
        let is_listed = issuer
            .settings
            .algorithms
            .iter()
            .any(|listed| of(*listed) == header.algorithm);
        if !is_listed {
            return Err(Check::Algorithm);
        }
        if !issuer.enabled {
            return Err(Check::Enabled);
        }
        let tenant = services.ledger.credentials().tenant(issuer.tenant);
        if tenant.is_none_or(|tenant| tenant.is_suspended()) {
            return Err(Check::Tenant);
        }
        let key = self
            .keys
            .find(&issuer.settings.keys, header)
            .await
            .map_err(|error| {
                tracing::info!(issuer = %issuer.id, %error, "a JWT's key was not found");
                Check::Key
            })?;
        let decoding = key.decoding().ok_or(Check::Key)?;
        jwt::verified(jwt, header, decoding, &issuer.issuer, &issuer.audience)
    }

    async fn check(
        &self,
        services: &Services,
        issuer: TrustedIssuer,
        claims: &Claims,
    ) -> Result<Accepted, Refused> {
        let now = services.clock.now();
        claims.check_times(now)?;
        claims.check_lifetime()?;
        claims.check_audience(&issuer.audience)?;
        claims.check_subject()?;
        let subject = Requester::parse(&claims.sub).map_err(|_| Check::Subject)?;
        if issuer.settings.one_time {
            let jti = claims.jti.as_deref().filter(|jti| !jti.is_empty());
            let jti = jti.ok_or(Check::OneTime)?;
            // Issuing looks again, in its transaction.
            if domain::exchange::is_used(&services.ledger, issuer.id, jti).await? {
                return Err(Check::OneTime.into());
            }
        }
        if let Some(most) = issuer.settings.max_age_seconds {
            claims.check_age(now, most)?;
        }
        Ok(Accepted {
            issuer,
            subject,
            expires_at: claims.expires_at(),
            jti: claims.jti.clone(),
        })
    }

    /// Whether there is a usable key: how an issuer's owner learns of a mistake before his users do.
    pub async fn has_keys(&self, keys: &IssuerKeys) -> bool {
        let found = self.keys.are_usable(keys).await;
        found.unwrap_or_else(|error| {
            tracing::info!(%error, "an issuer's keys cannot be had");
            false
        })
    }
}

const fn of(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::Ps256 => Algorithm::PS256,
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::Es384 => Algorithm::ES384,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}
