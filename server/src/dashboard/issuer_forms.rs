//! What the page of trusted issuers posts.

use std::collections::HashMap;

use app::{
    error::AppError,
    model::{Trial, Verdict},
    routes::{self, issuer_action as action},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, Request, header},
    response::{IntoResponse, Redirect, Response},
};
use coop_engine::Ttl;

use super::{
    Ui,
    asker::{Asker, of_domain},
    forms::{read_form, to_sign_in},
    pages::{Extra, render},
};
use crate::{
    auth::{
        FreshSignIn,
        exchange::{Refused, read_address, read_upload},
    },
    domain::{
        self,
        issuers::{self, Edit, NewIssuer, Proof},
    },
    model::{
        Check, IssuerKeys, IssuerSettings, SigningAlgorithm, TenantId, TrustedIssuer,
        TrustedIssuerId,
    },
};

/// The fields of a form, by name. Those that are missing are empty, as browsers send what nobody filled in.
struct Fields(HashMap<String, String>);

/// `POST /dashboard/issuers`: changes something and shows the page anew, or tries a token and shows what became of it.
pub(super) async fn issuers(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, form) = read_form::<HashMap<String, String>>(request).await;
    let asker = Asker::new(ui.state.clone(), parts.clone());
    // Whoever names an issuer lets it speak for end users, so a session that somebody left open is not enough. To try a
    // token changes nothing.
    let only_looks =
        matches!(&form, Ok(fields) if fields.get("action").is_some_and(|it| it == action::TEST));
    if !only_looks && let Err(instead) = FreshSignIn::of(&ui.state, &parts).await {
        return instead;
    }
    let result = match form {
        Ok(fields) => perform(&ui, &asker, &Fields(fields)).await,
        Err(error) => Err(error),
    };
    let extra = match result {
        // Loaded anew, so that a reload repeats nothing.
        Ok(None) => return Redirect::to(routes::ISSUERS).into_response(),
        Ok(trial) => Extra {
            trial,
            ..Extra::default()
        },
        Err(AppError::SignedOut) => return to_sign_in(routes::ISSUERS),
        Err(error) => Extra::of(error),
    };
    let mut response = render(&ui, parts, extra).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn perform(ui: &Ui, asker: &Asker, fields: &Fields) -> Result<Option<Trial>, AppError> {
    let (tenant, by) = asker.owner().await?;
    let services = asker.services();
    let (ledger, clock) = (&services.ledger, &services.clock);
    if fields.get("action") == action::ADD {
        let new = NewIssuer {
            issuer: fields.get("issuer").trim().to_owned(),
            audience: Some(fields.get("audience").trim().to_owned())
                .filter(|audience| !audience.is_empty()),
            settings: fields.settings(ui, None).await?,
            proof: Proof::Asked,
        };
        let (tiers, base) = (&services.settings.tiers, services.settings.base());
        let added = issuers::add(ledger, clock, tiers, base, tenant, new, by).await;
        return added.map(|_| None).map_err(of_issuers);
    }
    let issuer = find(asker, tenant, fields.get("id")).await?;
    let edit = match fields.get("action") {
        action::CHANGE => Edit::Settings(fields.settings(ui, Some(&issuer)).await?),
        action::ENABLE => Edit::Enabled(true),
        action::DISABLE => Edit::Enabled(false),
        action::DELETE => {
            let deleted = issuers::delete(ledger, clock, tenant, issuer.id, by).await;
            return deleted.map(|()| None).map_err(of_issuers);
        }
        action::TEST => {
            return examine(ui, issuer, fields)
                .await
                .map(|(trial, _)| Some(trial));
        }
        action::PROVE => match examine(ui, issuer.clone(), fields).await? {
            (_, true) => Edit::Proven,
            (trial, false) if trial.subject.is_none() => return Ok(Some(trial)),
            _ => {
                return Err(invalid(
                    "The token is a valid one, but it does not carry the challenge.",
                ));
            }
        },
        _ => {
            return Err(invalid(
                "The form asks for something unknown. Reload the page and try again.",
            ));
        }
    };
    let version = fields.number("version", "The version")?.unwrap_or_default();
    let changed = issuers::change(ledger, clock, tenant, issuer.id, version, edit, by).await;
    changed.map(|_| None).map_err(of_issuers)
}

async fn find(asker: &Asker, tenant: TenantId, id: &str) -> Result<TrustedIssuer, AppError> {
    let id = TrustedIssuerId::parse(id).ok_or(AppError::NotFound)?;
    let found = issuers::find(&asker.services().ledger, tenant, id).await;
    found.map_err(of_domain)
}

/// Makes every check of a token and issues nothing; answers too whether it carries the issuer's challenge.
async fn examine(
    ui: &Ui,
    issuer: TrustedIssuer,
    fields: &Fields,
) -> Result<(Trial, bool), AppError> {
    let (exchange, services) = (&ui.state.exchange, &ui.state.services);
    let label = issuer.settings.label.clone();
    let is_accepted = issuer.is_accepted();
    let examined = async {
        let attempt = exchange.attempt_for(issuer, fields.get("jwt").trim())?;
        if is_accepted {
            let accepted = exchange.verify(services, attempt).await?;
            Ok((accepted.subject.as_str().to_owned(), false))
        } else {
            exchange.proves(services, attempt).await
        }
    };
    let examined: Result<(String, bool), Refused> = examined.await;
    let (failed, subject, proves) = match examined {
        Ok((subject, proves)) => (None, Some(subject), proves),
        Err(Refused::By(check)) => (Some(check), None, false),
        Err(Refused::Failed(error)) => return Err(of_domain(error)),
    };
    let verdict = |check: Check| match failed {
        Some(failed) if check == failed => Verdict::Failed,
        Some(failed) if check > failed => Verdict::NotMade,
        _ => Verdict::Passed,
    };
    let checks = Check::ALL.map(|check| (check.demand().to_owned(), verdict(check)));
    let trial = Trial {
        label,
        checks: checks.to_vec(),
        subject,
    };
    Ok((trial, proves))
}

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A number; none when the field is empty.
    fn number<T: std::str::FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, AppError> {
        match self.get(name).trim() {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| invalid(&format!("{what} must be a whole number."))),
        }
    }

    /// The settings that the form has; of `old` the keys, when the form has none.
    async fn settings(
        &self,
        ui: &Ui,
        old: Option<&TrustedIssuer>,
    ) -> Result<IssuerSettings, AppError> {
        let algorithms = SigningAlgorithm::ALL
            .into_iter()
            .filter(|one| !self.get(&format!("alg_{}", one.name())).is_empty())
            .collect();
        let max_ttl = match self.number::<u32>("max_ttl", "The longest reservation")? {
            None => IssuerSettings::default_max_ttl(),
            Some(seconds) => Ttl::parse(seconds)
                .map_err(|error| invalid(&format!("The longest reservation {error}.")))?,
        };
        Ok(IssuerSettings {
            label: self.get("label").to_owned(),
            algorithms,
            keys: self.keys(ui, old).await?,
            one_time: !self.get("one_time").is_empty(),
            max_age_seconds: self.number("max_age", "The oldest token")?,
            max_ttl,
            max_active: self.number("max_active", "The number of reservations")?,
        })
    }

    /// Keys that are new are tried, so that a mistake is met by whoever makes it.
    async fn keys(&self, ui: &Ui, old: Option<&TrustedIssuer>) -> Result<IssuerKeys, AppError> {
        let (url, text) = (self.get("keys_url").trim(), self.get("keys").trim());
        let old = old.map(|old| &old.settings.keys);
        let keys = match (url, text, old) {
            ("", "", Some(old @ IssuerKeys::Set(_))) => return Ok(old.clone()),
            (url, "", Some(IssuerKeys::Url(known))) if url == known => {
                return Ok(IssuerKeys::Url(known.clone()));
            }
            ("", "", _) => {
                return Err(invalid(
                    "Give the keys: the address of a key set, or the keys themselves.",
                ));
            }
            (_, text, _) if !text.is_empty() => read_upload(text, Some(self.get("kid").trim())),
            (url, ..) => read_address(url, &ui.state.services.settings.jwks_private_networks),
        };
        let keys = keys.map_err(|problem| invalid(&problem))?;
        if !ui.state.exchange.has_keys(&keys).await {
            return Err(invalid(
                "There is no usable key at this address: it has to answer with a key set (JWKS) of public keys, each with a kid.",
            ));
        }
        Ok(keys)
    }
}

fn invalid(text: &str) -> AppError {
    AppError::Invalid(text.to_owned())
}

fn of_issuers(error: domain::Error) -> AppError {
    match error {
        domain::Error::Invalid(text) => AppError::Invalid(text),
        domain::Error::Taken => invalid(
            "There is an issuer with this label, or this issuer and audience are taken already.",
        ),
        domain::Error::LimitReached(limit) => {
            invalid(&format!("A tenant has at most {limit} issuers."))
        }
        domain::Error::TierRequired => {
            AppError::Forbidden("JWT exchange begins with the Starter tier.".to_owned())
        }
        error => of_domain(error),
    }
}
