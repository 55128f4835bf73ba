use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Redirect, Response},
};
use http::{Method, request::Parts};
use tower_sessions::Session;

use super::{DashboardState, Failure, by, session::Current};
use crate::{
    domain::sign_in,
    model::{Actor, Identity, TenantId},
};

/// A signed-in person, who may not own a tenant yet: looking and claiming need none.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who it is.
    pub identity: Identity,
}

/// A signed-in person with the tenant that is his. Whoever asks for one and owns none gets a new one.
#[derive(Clone, Debug)]
pub struct DashboardUser {
    /// Who it is.
    pub identity: Identity,
    /// His tenant. Nothing of another tenant's is ever done for him.
    pub tenant: TenantId,
}

impl Person {
    /// Who is signed in, if anybody.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(state: &DashboardState, parts: &Parts) -> Result<Option<Self>, Failure> {
        let Some(session) = parts.extensions.get::<Session>() else {
            tracing::error!("a handler of the dashboard is mounted without sessions");
            return Err(Failure::unexpected());
        };
        let current = Current::new(session.clone(), &state.services.clock);
        match current.identity().await {
            Ok(identity) => Ok(identity.map(|identity| Self { identity })),
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                Err(Failure::unavailable())
            }
        }
    }
}

impl FromRequestParts<DashboardState> for Person {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &DashboardState,
    ) -> Result<Self, Response> {
        match Self::of(state, parts).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(to_sign_in(parts)),
            Err(failure) => Err(failure.into_response()),
        }
    }
}

impl FromRequestParts<DashboardState> for DashboardUser {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &DashboardState,
    ) -> Result<Self, Response> {
        let Person { identity } = Person::from_request_parts(parts, state).await?;
        let services = &state.services;
        let tenant = sign_in::tenant_of(
            &services.ledger,
            &services.keyring,
            &services.clock,
            &identity,
            by(Actor::user(&identity), &services.settings, parts),
        )
        .await
        .map_err(|error| Failure::from(error).into_response())?;
        Ok(Self { identity, tenant })
    }
}

/// The way to sign in and back. What was posted is not kept: the person sees the page again and decides anew.
pub(super) fn to_sign_in(parts: &Parts) -> Response {
    to_page("/auth/sign-in", parts)
}

/// The way to a page of the sign-in, and back to what was asked for.
pub(super) fn to_page(page: &str, parts: &Parts) -> Response {
    let path = parts
        .uri
        .path_and_query()
        .filter(|_| parts.method == Method::GET);
    let path = path.map_or_else(|| parts.uri.path(), http::uri::PathAndQuery::as_str);
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return_to", path)
        .finish();
    Redirect::to(&format!("{page}?{query}")).into_response()
}
