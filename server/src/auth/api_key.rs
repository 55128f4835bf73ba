//! The API domain: `X-Api-Key` and nothing else.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};

use super::by;
use crate::{
    config::Settings,
    domain,
    keyring::KeyText,
    ledger::{Credential, Found, TenantState},
    model::{Actor, By, TenantId},
    problem::Problem,
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
        check(&self.credential, services)
    }
}

impl<S> FromRequestParts<S> for ApiPrincipal
where
    S: Send + Sync,
    Services: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let services = Services::from_ref(state);
        let value = presented(&parts.headers, parts.uri.query())?;
        let digest = services.keyring.digest(&value);
        let credential = match services.ledger.credentials().find(&digest) {
            Found::Live(credential) => credential,
            Found::Rotated => return Err(rotated()),
            Found::Revoked => {
                return Err(Problem::unauthorized(
                    "API_KEY_REVOKED",
                    "This API key or token was revoked.",
                ));
            }
            Found::Unknown => return Err(invalid()),
        };
        check(&credential, &services)?;
        if credential.token().is_some() && !is_in_token_scope(parts.uri.path()) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "TOKEN_SCOPE",
                "An exchanged token opens an end user's own reservations and events, nothing else.",
            ));
        }
        Ok(Self { credential })
    }
}

/// What an end user may use. Everything that is added later is not among it until somebody says so here.
fn is_in_token_scope(path: &str) -> bool {
    path.strip_prefix("/api/v1/").is_some_and(|rest| {
        let first = rest.split('/').next();
        matches!(first, Some("Reservation" | "events"))
            || matches!(rest, "auth/whoami" | "auth/token")
    })
}

fn check(credential: &Credential, services: &Services) -> Result<(), Problem> {
    credential
        .check(services.clock.now(), &services.settings.tiers)
        .map_err(|refused| domain::Error::from(refused).into())
}

/// The tenant of a key that comes along with a request which needs none; nothing when there is no valid one.
#[must_use]
pub fn accompanying_tenant(headers: &HeaderMap, services: &Services) -> Option<Arc<TenantState>> {
    let value = presented(headers, None).ok()?;
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

fn presented(headers: &HeaderMap, query: Option<&str>) -> Result<KeyText, Problem> {
    let mut values = headers.get_all(&X_API_KEY).iter();
    let Some(value) = values.next() else {
        return Err(missing(headers, query));
    };
    if values.next().is_some() {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "INVALID_REQUEST",
            "There are two X-Api-Key headers. Send one.",
        ));
    }
    let text = value.to_str().map_err(|_| invalid())?;
    KeyText::parse(text).map_err(|_| invalid())
}

fn rotated() -> Problem {
    Problem::unauthorized(
        "API_KEY_ROTATED",
        "This API key was rotated; its new value is on the dashboard.",
    )
}

fn invalid() -> Problem {
    Problem::unauthorized(
        "API_KEY_INVALID",
        "This API key is unknown. Check for a missing or mistyped character.",
    )
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
