//! The API domain: `X-Api-Key` and nothing else.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};

use crate::{
    client::{self, Client},
    keyring::KeyText,
    ledger::{Credential, Found},
    model::TenantId,
    problem::{LimitExceeded, Problem},
    rate_limit::{ByAddress, RateLimiter, whole_seconds},
    state::Services,
};

static X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A program that proved to have a key. It cannot be made from a dashboard session, nor one from it.
#[derive(Clone, Debug)]
pub struct ApiPrincipal {
    credential: Arc<Credential>,
}

impl ApiPrincipal {
    /// The key that was presented.
    #[must_use]
    pub const fn credential(&self) -> &Arc<Credential> {
        &self.credential
    }

    /// Whose it is.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.credential.tenant.id
    }

    /// Looks once more, before what was read is written out: the key may have been rotated in the meantime.
    ///
    /// # Errors
    /// What a request that arrives now would be told.
    pub fn recheck(&self) -> Result<(), Problem> {
        if !self.credential.is_live() {
            return Err(rotated());
        }
        check_suspension(&self.credential)
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
    client: &Client<'_>,
) -> Option<Result<ApiPrincipal, Stranger>> {
    if !headers.contains_key(&X_API_KEY) {
        return None;
    }
    Some(identify(services, limiter, headers, client))
}

fn identify(
    services: &Services,
    limiter: &RateLimiter,
    headers: &HeaderMap,
    client: &Client<'_>,
) -> Result<ApiPrincipal, Stranger> {
    let failed = || invalid(limiter.failed_authentications(), client);
    let value = presented(headers)?.ok_or_else(failed)?;
    let credentials = services.ledger.credentials();
    match credentials.find(&services.keyring.digest(&value)) {
        Found::Live(credential) => {
            credentials.note_use(&credential.usage, services.clock.now(), client);
            let principal = ApiPrincipal { credential };
            match check_suspension(&principal.credential) {
                Ok(()) => Ok(principal),
                Err(problem) => Err(Stranger {
                    problem,
                    known: Some(principal),
                }),
            }
        }
        Found::Rotated(usage) => {
            credentials.note_former_use(&usage, services.clock.now(), client);
            Err(rotated().into())
        }
        Found::Revoked => {
            let detail = "This API key was revoked.";
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

fn check_suspension(credential: &Credential) -> Result<(), Problem> {
    if credential.tenant.is_suspended() {
        return Err(crate::domain::Error::Suspended.into());
    }
    Ok(())
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

/// Guessing is hopeless, so this is not there to prevent it: it keeps the log and the processor free of programs that
/// ask again and again with a value that is none. Who has a key passes all the same.
fn invalid(failures: &ByAddress, client: &Client<'_>) -> Problem {
    let Err(wait) = failures.take(client.address.map(client::limited)) else {
        return Problem::unauthorized(
            "API_KEY_INVALID",
            "This API key is unknown. Check for a missing or mistyped character.",
        );
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
    Problem::limit("TOO_MANY_FAILED_AUTHENTICATIONS", limit, detail)
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
