//! A JWT that passed every check is exchanged for a token of ours; one that did not is counted.

use async_trait::async_trait;
use coop_engine::{Requester, Time};
use serde_json::json;

use super::Error;
use crate::{
    clock::SharedClock,
    keyring::{KeyText, Keyring, sha256},
    ledger::{Credential, Effect, Ledger, Mutation},
    model::{
        By, Check, Deed, ExchangeFailure, ExchangeHour, KeyState, StoredToken, TenantId, Tier,
        Tiers, TrustedIssuer, TrustedIssuerId,
    },
    random,
    store::{Db, TokenRow},
};

/// What our clock and an issuer's may differ by, in seconds. The same for every check of a time and for how long a
/// one-time token is remembered: were it remembered shorter than it is accepted, it could be used again in between.
pub const LEEWAY: i64 = 30;
/// No token lives longer, in microseconds: 15 minutes. Its bearer exchanges again; a leaked one is soon worth nothing.
const LONGEST: i64 = 15 * 60 * SECOND;
/// Refusals remembered of each issuer.
pub const FAILURES_KEPT: i64 = 100;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// A JWT that passed every check that needs no memory.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its issuer, in the version that it was held against.
    pub issuer: TrustedIssuer,
    /// Whom it speaks for.
    pub subject: Requester,
    /// Its `exp`.
    pub expires_at: Time,
    /// Its `jti`.
    pub jti: Option<String>,
}

/// A token, shown once.
pub struct Issued {
    /// Its value.
    pub value: KeyText,
    /// When it was issued.
    pub now: Time,
    /// When it ends.
    pub expires_at: Time,
}

/// Issues a token. It works from the commit on.
///
/// # Errors
/// [`Error::TierRequired`]; [`Error::Rejected`] when the issuer has changed meanwhile or the JWT was used before.
pub async fn issue(
    ledger: &Ledger,
    keyring: &Keyring,
    clock: &SharedClock,
    tiers: &Tiers,
    accepted: Accepted,
) -> Result<Issued, Error> {
    let now = clock.now();
    let value = KeyText::generate_token();
    let expires_at = end(accepted.expires_at, now);
    let issue = Issue {
        token: StoredToken {
            digest: keyring.digest(&value),
            tenant: accepted.issuer.tenant,
            issuer: accepted.issuer.id,
            issuer_version: accepted.issuer.version,
            subject: accepted.subject.as_str().to_owned(),
            expires_at,
        },
        accepted,
        tiers: tiers.clone(),
        now,
    };
    ledger.mutate(issue).await?;
    Ok(Issued {
        value,
        now,
        expires_at,
    })
}

/// When a token for a JWT ends. One that is accepted only thanks to the leeway is worth what is left of that.
fn end(jwt: Time, now: Time) -> Time {
    let rest = if jwt > now {
        jwt
    } else {
        Time::from_micros(jwt.as_micros().saturating_add(LEEWAY * SECOND))
    };
    rest.min(Time::from_micros(now.as_micros().saturating_add(LONGEST)))
}

struct Issue {
    token: StoredToken,
    accepted: Accepted,
    tiers: Tiers,
    now: Time,
}

#[async_trait]
impl Mutation for Issue {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        let issuer = &self.accepted.issuer;
        let current = db.issuer_of(issuer.tenant, issuer.id).await?;
        if !current
            .is_some_and(|current| current.enabled && current.version == self.token.issuer_version)
        {
            return Err(Error::Rejected(Check::Enabled));
        }
        let tenant = db.tenant(issuer.tenant).await?.ok_or(Error::NotFound)?;
        if tenant.suspended_at.is_some() {
            return Err(Error::Rejected(Check::Tenant));
        }
        if !self.tiers.of(tenant.tier).jwt_exchange {
            return Err(Error::TierRequired);
        }
        if issuer.settings.one_time {
            self.use_up(db).await?;
        }
        db.insert_access_token(&self.token).await?;
        let exchanged = ExchangeHour {
            hour: hour(self.now),
            exchanged: 1,
            refused: 0,
        };
        db.count_exchanges(issuer.tenant, issuer.id, exchanged)
            .await?;
        effects.push(Effect::Issued(Box::new(self.row(tenant.tier))));
        Ok(())
    }
}

impl Issue {
    async fn use_up(&self, db: &mut Db) -> Result<(), Error> {
        let refused = Error::Rejected(Check::OneTime);
        let Some(jti) = &self.accepted.jti else {
            return Err(refused);
        };
        let until = self.accepted.expires_at.as_micros();
        let until = Time::from_micros(until.saturating_add(LEEWAY * SECOND));
        let used = db
            .insert_used_jwt(self.token.issuer, &sha256(jti.as_bytes()), until)
            .await;
        match used {
            Err(error) if error.is_unique_violation() => Err(refused),
            result => Ok(result?),
        }
    }

    fn row(&self, tier: Tier) -> TokenRow {
        let settings = &self.accepted.issuer.settings;
        TokenRow {
            token: self.token.clone(),
            is_revoked: false,
            label: settings.label.clone(),
            max_ttl: settings.max_ttl,
            max_active: settings.max_active,
            tier,
            suspended: false,
        }
    }
}

/// Whether a one-time JWT of this issuer was used.
///
/// # Errors
/// When the store fails.
pub async fn is_used(ledger: &Ledger, issuer: TrustedIssuerId, jti: &str) -> Result<bool, Error> {
    let mut db = ledger.store().read().await?;
    Ok(db.is_used_jwt(issuer, &sha256(jti.as_bytes())).await?)
}

/// Ends a token before its time. It opens nothing any more when this returns, also for requests under way.
///
/// # Errors
/// [`Error::Invalid`] for an API key, which is no token.
pub async fn revoke(
    ledger: &Ledger,
    clock: &SharedClock,
    credential: &Credential,
    by: By,
) -> Result<(), Error> {
    let Some(token) = credential.token() else {
        return Err(Error::Invalid(
            "This is an API key. Keys are rotated and revoked on the dashboard.".to_owned(),
        ));
    };
    let revoke = Revoke {
        token: StoredToken {
            digest: token.digest,
            tenant: credential.tenant.id,
            issuer: token.issuer,
            issuer_version: 0,
            subject: token.subject.as_str().to_owned(),
            expires_at: token.expires_at,
        },
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(revoke).await?)
}

struct Revoke {
    token: StoredToken,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Revoke {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        let token = &self.token;
        db.revoke_access_token_of(token.tenant, &token.digest)
            .await?;
        let deed = Deed::new(
            "access_token.revoke",
            token.issuer,
            json!({"endUser": token.subject}),
        );
        db.append_audit(token.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::Retired {
            digest: token.digest,
            state: KeyState::Revoked,
        });
        Ok(())
    }
}

/// Counts a refusal and remembers it among the last ones of the issuer.
///
/// # Errors
/// When the store fails.
pub async fn note_refusal(
    ledger: &Ledger,
    clock: &SharedClock,
    issuer: &TrustedIssuer,
    check: Check,
    address: Option<String>,
) -> Result<(), Error> {
    let note = NoteRefusal {
        tenant: issuer.tenant,
        issuer: issuer.id,
        id: TrustedIssuerId::from_random(random::u64()).as_i64(),
        failure: ExchangeFailure {
            at: clock.now(),
            check,
            address,
        },
    };
    Ok(ledger.mutate(note).await?)
}

struct NoteRefusal {
    tenant: TenantId,
    issuer: TrustedIssuerId,
    id: i64,
    failure: ExchangeFailure,
}

#[async_trait]
impl Mutation for NoteRefusal {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        // It may have been deleted in the meantime.
        if db.issuer_of(self.tenant, self.issuer).await?.is_none() {
            return Ok(());
        }
        db.insert_exchange_failure(self.id, self.tenant, self.issuer, &self.failure)
            .await?;
        db.trim_exchange_failures_of(self.tenant, self.issuer, FAILURES_KEPT)
            .await?;
        let refused = ExchangeHour {
            hour: hour(self.failure.at),
            exchanged: 0,
            refused: 1,
        };
        Ok(db
            .count_exchanges(self.tenant, self.issuer, refused)
            .await?)
    }
}

const fn hour(at: Time) -> Time {
    Time::from_micros(at.as_micros() - at.as_micros().rem_euclid(HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_a_quarter_of_an_hour_or_what_is_left_of_the_jwt() {
        let at = |seconds: i64| Time::from_micros(seconds * SECOND);
        for (jwt, ends) in [
            (10_000, 1_900),
            (1_900, 1_900),
            (1_300, 1_300),
            (1_001, 1_001),
            (1_000, 1_030),
            (971, 1_001),
        ] {
            assert_eq!(end(at(jwt), at(1_000)), at(ends), "{jwt}");
        }
    }
}
