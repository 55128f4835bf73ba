//! The API domain: `X-Api-Key` and nothing else.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};

use super::by;
use crate::{
    client::{self, Client},
    config::Settings,
    domain,
    keyring::KeyText,
    ledger::{Credential, Found, Refused, TenantState},
    model::{Actor, By, TenantId},
    problem::{LimitExceeded, Problem},
    rate_limit::{ByAddress, RateLimiter, whole_seconds},
    state::Services,
};

static X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Whoever proved to have a key or an exchanged token. It cannot be made from a dashboard session, nor one from it.
#[derive(Clone, Debug)]
pub struct ApiPrincipal {
    credential: Arc<Credential>,
}

impl ApiPrincipal {
    /// The key or token that was presented.
    #[must_use]
    pub const fn credential(&self) -> &Arc<Credential> {
        &self.credential
    }

    /// Whose it is.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.credential.tenant.id
    }

    /// As the audit log will have him.
    #[must_use]
    pub fn by(&self, settings: &Settings, parts: &Parts) -> By {
        let actor = match (self.credential.key(), self.credential.token()) {
            (Some(key), _) => Actor::key(key),
            (_, Some(token)) => Actor::Token {
                issuer: token.label.to_string(),
                subject: token.subject.as_str().to_owned(),
            },
            _ => Actor::System,
        };
        by(actor, settings, parts)
    }

    /// Looks once more, before what was read is written out: the credential may have ended in the meantime.
    ///
    /// # Errors
    /// What a request that arrives now would be told.
    pub fn recheck(&self, services: &Services) -> Result<(), Problem> {
        check(&self.credential, services).map_err(|refused| domain::Error::from(refused).into())
    }
}

/// Nobody, or somebody who may do nothing.
#[derive(Debug)]
pub struct Stranger {
    /// What he is told.
    pub problem: Problem,
    /// Who it is, if he proved to have a key.
    pub known: Option<ApiPrincipal>,
}

impl From<Problem> for Stranger {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            known: None,
        }
    }
}

/// Looks at the key that a request presents; `None` without one. Whatever comes of it is counted: the use of a key, of a
/// former value, and of what is no key at all, which is limited by address.
#[must_use]
pub fn authenticate(
    services: &Services,
    limiter: &RateLimiter,
    headers: &HeaderMap,
    path: &str,
    client: &Client<'_>,
) -> Option<Result<ApiPrincipal, Stranger>> {
    if !headers.contains_key(&X_API_KEY) {
        return None;
    }
    Some(identify(services, limiter, headers, path, client))
}

fn identify(
    services: &Services,
    limiter: &RateLimiter,
    headers: &HeaderMap,
    path: &str,
    client: &Client<'_>,
) -> Result<ApiPrincipal, Stranger> {
    let failed = || invalid(limiter.failed_authentications(), client);
    let value = presented(headers)?.ok_or_else(failed)?;
    let credentials = services.ledger.credentials();
    match credentials.find(&services.keyring.digest(&value)) {
        Found::Live(credential) => {
            if let Some(usage) = credential.usage() {
                credentials.note_use(usage, services.clock.now(), client);
            }
            let principal = ApiPrincipal { credential };
            match admitted(&principal.credential, services, path) {
                Ok(()) => Ok(principal),
                Err((problem, is_known)) => Err(Stranger {
                    problem,
                    known: is_known.then_some(principal),
                }),
            }
        }
        Found::Rotated(usage) => {
            credentials.note_former_use(&usage, services.clock.now(), client);
            Err(rotated().into())
        }
        Found::Revoked => {
            let detail = "This API key or token was revoked.";
            Err(Problem::unauthorized("API_KEY_REVOKED", detail).into())
        }
        Found::Unknown => Err(failed().into()),
    }
}

/// The door has looked at the key before anything is routed (see [`authenticate`]) and left the principal with the request;
/// a request without one presented nothing.
impl<S> FromRequestParts<S> for ApiPrincipal
where
    S: Send + Sync,
    Services: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .remove::<Self>()
            .ok_or_else(|| missing(&parts.headers, parts.uri.query()))
    }
}

/// Whether a credential opens this path now. A refusal comes with whether its bearer is somebody all the same, who is told
/// where his tenant stands.
fn admitted(
    credential: &Credential,
    services: &Services,
    path: &str,
) -> Result<(), (Problem, bool)> {
    if let Err(refused) = check(credential, services) {
        let is_known = refused == Refused::Suspended;
        return Err((domain::Error::from(refused).into(), is_known));
    }
    if credential.token().is_some() && !is_in_token_scope(path) {
        let problem = Problem::new(
            StatusCode::FORBIDDEN,
            "TOKEN_SCOPE",
            "An exchanged token opens an end user's own reservations and events, nothing else.",
        );
        return Err((problem, true));
    }
    Ok(())
}

/// What an end user may use. Everything that is added later is not among it until somebody says so here.
fn is_in_token_scope(path: &str) -> bool {
    path.strip_prefix("/api/v1/").is_some_and(|rest| {
        let first = rest.split('/').next();
        matches!(first, Some("Reservation" | "events"))
            || matches!(rest, "auth/whoami" | "auth/token")
    })
}

fn check(credential: &Credential, services: &Services) -> Result<(), Refused> {
    credential.check(services.clock.now(), &services.settings.tiers)
}

/// The tenant of a key that comes along with a request which needs none; nothing when there is no valid one.
#[must_use]
pub fn accompanying_tenant(headers: &HeaderMap, services: &Services) -> Option<Arc<TenantState>> {
    let value = presented(headers).ok()??;
    let found = services
        .ledger
        .credentials()
        .find(&services.keyring.digest(&value));
    match found {
        Found::Live(credential) if check(&credential, services).is_ok() => {
            Some(Arc::clone(&credential.tenant))
        }
        _ => None,
    }
}

/// The value, if it can be a key's.
fn presented(headers: &HeaderMap) -> Result<Option<KeyText>, Problem> {
    let mut values = headers.get_all(&X_API_KEY).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "INVALID_REQUEST",
            "There are two X-Api-Key headers. Send one.",
        ));
    }
    Ok(first
        .and_then(|value| value.to_str().ok())
        .and_then(|text| KeyText::parse(text).ok()))
}

fn rotated() -> Problem {
    Problem::unauthorized(
        "API_KEY_ROTATED",
        "This API key was rotated; its new value is on the dashboard.",
    )
}

fn invalid(failures: &ByAddress, client: &Client<'_>) -> Problem {
    match count_try(failures, client) {
        Ok(()) => Problem::unauthorized(
            "API_KEY_INVALID",
            "This API key is unknown. Check for a missing or mistyped character.",
        ),
        Err(problem) => problem,
    }
}

/// Counts a value that is no key, or may be none, against the address that it came from. Guessing is hopeless, so this is
/// not there to prevent it: it keeps the log and the processor free of programs that ask again and again with a value that
/// is none. Who has a key passes all the same.
///
/// # Errors
/// 429 with the time at which the next one is looked at.
pub fn count_try(failures: &ByAddress, client: &Client<'_>) -> Result<(), Problem> {
    let Err(wait) = failures.take(client.address.map(client::limited)) else {
        return Ok(());
    };
    let limit = LimitExceeded {
        limit_type: "authentication",
        limit: failures.per_minute().into(),
        tier: None,
        retry_after: whole_seconds(wait),
        upgrade_required: false,
    };
    let detail = format!(
        "More than {} requests of the last minute came from your address with a value that is no API key. A valid key is \
         let through.",
        limit.limit
    );
    Err(Problem::limit(
        "TOO_MANY_FAILED_AUTHENTICATIONS",
        limit,
        detail,
    ))
}

/// A value elsewhere is no credential; it only tells what to say.
fn missing(headers: &HeaderMap, query: Option<&str>) -> Problem {
    let elsewhere = if headers.contains_key(header::AUTHORIZATION) {
        " `Authorization` is not looked at."
    } else if query.is_some_and(|query| query.contains("coop_sk_") || query.contains("coop_at_")) {
        " A key in a URL ends up in logs and is not looked at: rotate it."
    } else if headers.contains_key(header::COOKIE) {
        " A dashboard session does not open the API."
    } else {
        ""
    };
    Problem::unauthorized(
        "API_KEY_MISSING",
        format!("Send your API key in the X-Api-Key header.{elsewhere}"),
    )
}

#[cfg(test)]
mod tests {
    use super::is_in_token_scope;

    #[test]
    fn an_end_user_gets_at_reservations_and_at_himself_and_at_nothing_that_is_not_named() {
        for (path, is_in) in [
            ("/api/v1/Reservation", true),
            ("/api/v1/Reservation/reserve", true),
            ("/api/v1/events", true),
            ("/api/v1/events/history", true),
            ("/api/v1/auth/whoami", true),
            ("/api/v1/auth/token", true),
            ("/api/v1/Resource/register", false),
            ("/api/v1/ReservationX", false),
            ("/api/v1/auth/other", false),
            ("/api/v1/keys/report-leak", false),
            ("/api/v2/Reservation", false),
            ("/Reservation", false),
        ] {
            assert_eq!(is_in_token_scope(path), is_in, "{path}");
        }
    }
}
