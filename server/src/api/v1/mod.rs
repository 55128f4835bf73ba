//! The URL table of `/api/v1`.

mod auth;
mod holder;
mod list;
mod report_leak;
mod requester;
mod reserve;
mod token;
mod unreserve;

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::ApiState;
use crate::{
    auth::api_key::ApiPrincipal,
    problem::Problem,
    rate_limit::{Kind, Standing},
};

/// Every route under `/api/v1`, once.
pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(reserve::reserve))
        .routes(routes!(unreserve::unreserve))
        .routes(routes!(list::active_reservations))
        .routes(routes!(list::reservations))
        .routes(routes!(auth::whoami))
        .routes(routes!(report_leak::report_leak))
        .routes(routes!(token::exchange, token::revoke))
}

static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

impl ApiState {
    /// Takes a request's cost from its tenant's quota.
    fn take(&self, principal: &ApiPrincipal, kind: Kind, cost: usize) -> Result<Standing, Problem> {
        let tier = principal.credential().tenant.tier();
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        self.limiter
            .take(principal.tenant(), tier, kind, cost)
            .map_err(|problem| *problem)
    }

    /// The same for what is never refused.
    fn take_what_there_is(&self, principal: &ApiPrincipal, kind: Kind, cost: usize) -> Standing {
        let tier = principal.credential().tenant.tier();
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        self.limiter
            .take_what_there_is(principal.tenant(), tier, kind, cost)
    }
}

/// An answer with the limits' headers.
struct Answer<T> {
    status: StatusCode,
    standing: Standing,
    body: T,
}

/// Most answers fit, so their buffer does not have to grow.
const USUAL_LENGTH: usize = 512;

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut json = Vec::with_capacity(USUAL_LENGTH);
        if let Err(error) = serde_json::to_writer(&mut json, &self.body) {
            return Problem::internal(&error.to_string()).into_response();
        }
        let mut response = Response::new(json.into());
        *response.status_mut() = self.status;
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        set_standing(&mut response, &self.standing);
        response
    }
}

/// A refusal with the limits' headers: every authenticated answer has them.
struct Limited<E>(Standing, E);

impl<E: Into<Problem>> IntoResponse for Limited<E> {
    fn into_response(self) -> Response {
        let mut response = self.1.into().into_response();
        set_standing(&mut response, &self.0);
        response
    }
}

fn set_standing(response: &mut Response, standing: &Standing) {
    let headers = response.headers_mut();
    headers.insert(RATE_LIMIT_POLICY.clone(), standing.policy_header());
    headers.insert(RATE_LIMIT.clone(), standing.header());
}
