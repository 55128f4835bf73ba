//! Trusted issuers, with what happened lately.

use app::{
    error::AppError,
    model::{Issuer, IssuerFailure, IssuerHour, Issuers},
    ports::IssuersPort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    auth::exchange::CHALLENGE_CLAIM,
    dashboard::asker::{Asker, of_domain},
    domain::{
        account,
        issuers::{self, History},
    },
    model::{IssuerKeys, SigningAlgorithm, TrustedIssuer},
};

#[async_trait]
impl IssuersPort for Asker {
    async fn issuers(&self) -> Result<Issuers, AppError> {
        let tenant = self.tenant().await?;
        let services = self.services();
        let (ledger, now) = (&services.ledger, services.clock.now());
        let account = account::of(ledger, tenant).await.map_err(of_domain)?;
        let mut shown_issuers = Vec::new();
        for issuer in issuers::list(ledger, tenant).await.map_err(of_domain)? {
            let history = issuers::history(ledger, tenant, issuer.id, now)
                .await
                .map_err(of_domain)?;
            shown_issuers.push(shown(issuer, history));
        }
        Ok(Issuers {
            issuers: shown_issuers,
            allowed: services.settings.tiers.of(account.tenant.tier).jwt_exchange,
            default_audience: issuers::default_audience(services.settings.base(), tenant),
            challenge_claim: CHALLENGE_CLAIM.to_owned(),
            algorithms: names(&SigningAlgorithm::ALL),
        })
    }
}

fn names(algorithms: &[SigningAlgorithm]) -> Vec<String> {
    let names = algorithms.iter().map(|one| one.name().to_owned());
    names.collect()
}

fn shown(issuer: TrustedIssuer, history: History) -> Issuer {
    let settings = issuer.settings;
    Issuer {
        id: issuer.id.to_string(),
        label: settings.label,
        issuer: issuer.issuer,
        audience: issuer.audience,
        challenge: issuer.challenge,
        algorithms: names(&settings.algorithms),
        keys_url: match settings.keys {
            IssuerKeys::Url(url) => Some(url),
            IssuerKeys::Set(_) => None,
        },
        enabled: issuer.enabled,
        version: issuer.version,
        one_time: settings.one_time,
        max_age_seconds: settings.max_age_seconds,
        max_ttl_seconds: settings.max_ttl.seconds(),
        max_active: settings.max_active,
        hours: history
            .hours
            .into_iter()
            .map(|hour| IssuerHour {
                hour: moment(hour.hour),
                exchanged: hour.exchanged,
                refused: hour.refused,
            })
            .collect(),
        failures: history
            .failures
            .into_iter()
            .map(|failure| IssuerFailure {
                at: moment(failure.at),
                demand: failure.check.demand().to_owned(),
                address: failure.address,
            })
            .collect(),
    }
}
