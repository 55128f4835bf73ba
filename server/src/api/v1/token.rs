//! `POST` and `DELETE /auth/token`: a tenant's own JWT is exchanged for a token of ours.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use crate::{
    api::{
        body, json,
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    auth::{
        api_key::accompanying_tenant,
        exchange::{Attempt, Refused},
    },
    client,
    clock::iso,
    domain::{
        self,
        exchange::{self, Issued},
    },
    problem::Problem,
};

/// The longest body, in bytes: a JWT and what is around it.
const LONGEST: usize = 16 * 1024;

/// What to exchange.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct ExchangeRequest {
    /// A JWT of one of the tenant's trusted issuers, at most 8 KiB.
    jwt: String,
}

/// A token for an end user, shown once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExchangedToken {
    /// Goes into `X-Api-Key`.
    token: String,
    /// `Bearer`: whoever has it may use it.
    token_type: &'static str,
    /// Whole seconds that it lives.
    expires_in: i64,
    expires_at: String,
    /// Whom it speaks for: the JWT's subject.
    requester: String,
    tenant_id: String,
}

/// Exchanges a JWT for a token of at most 15 minutes.
#[utoipa::path(
    post,
    path = "/api/v1/auth/token",
    tag = "Authentication",
    request_body = ExchangeRequest,
    responses(
        (status = 200, description = "A token for the JWT's subject", body = ExchangedToken),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 401, description = "The JWT is not accepted; its issuer's owner finds the reason on the dashboard",
            body = ProblemBody),
        (status = 403, description = "The tier has no JWT exchange: said when the JWT is valid, or a valid key comes \
            along", body = ProblemBody),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "Too many JWTs from this address or for this issuer", body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn exchange(
    State(state): State<ApiState>,
    parts: Parts,
    request: Body,
) -> Result<Response, Problem> {
    let services = &state.services;
    let body = body::read_up_to(LONGEST, &parts.headers, request).await?;
    let jwt = json::object(&body, |fields| fields.required("jwt", json::string))?;
    let address = address(&state, &parts);
    state.limiter.exchanges.take_address(address)?;
    if let Some(tenant) = accompanying_tenant(&parts.headers, services)
        && !services.settings.tiers.of(tenant.tier()).jwt_exchange
    {
        return Err(domain::Error::TierRequired.into());
    }
    let attempt = match state.exchange.identify(services, &jwt).await {
        Ok(attempt) => attempt,
        Err(refused) => return Err(domain::Error::from(refused).into()),
    };
    state.limiter.exchanges.take_issuer(attempt.issuer.id)?;
    let tenant = attempt.issuer.tenant;
    let (requester, issued) = accept(&state, attempt, address).await?;
    let lives = issued.expires_at.as_micros() - issued.now.as_micros();
    Ok(Json(ExchangedToken {
        token: issued.value.expose().to_owned(),
        token_type: "Bearer",
        expires_in: lives / 1_000_000,
        expires_at: iso(issued.expires_at),
        requester,
        tenant_id: tenant.to_string(),
    })
    .into_response())
}

/// Verifies and issues. What is refused here is told to the issuer's owner.
async fn accept(
    state: &ApiState,
    attempt: Attempt,
    address: IpAddr,
) -> Result<(String, Issued), Problem> {
    let services = &state.services;
    let issuer = attempt.issuer.clone();
    let result = async {
        let accepted = state.exchange.verify(services, attempt).await?;
        let requester = accepted.subject.as_str().to_owned();
        let (ledger, keyring, clock) = (&services.ledger, &services.keyring, &services.clock);
        let tiers = &services.settings.tiers;
        let token = exchange::issue(ledger, keyring, clock, tiers, accepted).await?;
        Ok((requester, token))
    };
    let result: Result<_, Refused> = result.await;
    if let Err(Refused::By(check)) = &result {
        let address = Some(address.to_string());
        exchange::note_refusal(&services.ledger, &services.clock, &issuer, *check, address).await?;
    }
    result.map_err(|refused| domain::Error::from(refused).into())
}

/// Where the client is; a connection without an address is one more client.
fn address(state: &ApiState, parts: &Parts) -> IpAddr {
    let proxies = state.services.settings.trusted_proxies;
    client::address(&parts.headers, &parts.extensions, proxies)
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// What became of the token.
#[derive(Serialize, ToSchema)]
pub(super) struct RevokedToken {
    /// Always true: it opens nothing any more.
    revoked: bool,
}

/// Ends the exchanged token that is presented.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/token",
    tag = "Authentication",
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "It opens nothing any more", body = RevokedToken),
        (status = 400, description = "This is an API key", body = ProblemBody),
        (status = 401, description = "No valid token", body = ProblemBody),
        (status = 403, description = "The tenant is suspended", body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn revoke(
    State(state): State<ApiState>,
    asker: Metered,
    parts: Parts,
) -> Result<Response, Limited> {
    let standing = state.take(&asker, 1)?;
    let services = &state.services;
    let principal = &asker.principal;
    let by = principal.by(&services.settings, &parts);
    let revoked = exchange::revoke(
        &services.ledger,
        &services.clock,
        principal.credential(),
        by,
    );
    match revoked.await {
        Ok(()) => Ok(Answer::ok(standing, RevokedToken { revoked: true })),
        Err(error) => Err(Limited::new(standing, error)),
    }
}
