//! The API domain: `X-Api-Key` and nothing else.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};

use crate::{
    keyring::KeyText,
    ledger::{Credential, Found},
    model::TenantId,
    problem::Problem,
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
                    "This API key was revoked.",
                ));
            }
            Found::Unknown => return Err(invalid()),
        };
        check_suspension(&credential)?;
        Ok(Self { credential })
    }
}

fn check_suspension(credential: &Credential) -> Result<(), Problem> {
    if credential.tenant.is_suspended() {
        return Err(crate::domain::Error::Suspended.into());
    }
    Ok(())
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
