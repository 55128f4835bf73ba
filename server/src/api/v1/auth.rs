//! `GET /auth/whoami`.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, ApiState, Limited};
use crate::{
    api::openapi::ProblemBody, auth::api_key::ApiPrincipal, domain::account, problem::Problem,
    rate_limit::Kind,
};

/// How much of something is allowed and used.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Usage {
    /// Null: unlimited.
    limit: Option<u64>,
    used: u64,
    /// Null: unlimited.
    remaining: Option<u64>,
}

/// How many operations a minute are allowed. What is left at the moment is in the `RateLimit` header of every answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rate {
    limit: u32,
}

/// The limits of the tenant's tier.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Limits {
    /// Null for an exchanged token.
    api_keys: Option<Usage>,
    /// Null for an exchanged token.
    active_reservations: Option<Usage>,
    reads_per_minute: Rate,
    writes_per_minute: Rate,
    /// Null: unlimited.
    event_streams: Option<u64>,
    event_history_hours: u32,
    jwt_exchange: bool,
}

/// Whose key it is. Never the key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WhoAmI {
    tenant_id: String,
    tenant_name: String,
    /// `Free`, `Starter`, `Pro` or `Enterprise`.
    tier: &'static str,
    /// Null for an exchanged token.
    api_key_id: Option<String>,
    /// For an exchanged token, its trusted issuer's label.
    api_key_label: String,
    /// For an exchanged token, its subject.
    end_user: Option<String>,
    limits: Limits,
}

/// Whose key this is, and what its tier allows.
#[utoipa::path(
    get,
    path = "/api/v1/auth/whoami",
    tag = "Authentication",
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Whose key it is", body = WhoAmI),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "The store does not answer", body = ProblemBody),
    ),
)]
pub(super) async fn whoami(
    State(state): State<ApiState>,
    principal: ApiPrincipal,
) -> Result<Response, Problem> {
    let standing = state.take(&principal, Kind::Read, 1)?;
    let account = match account::of(&state.services.ledger, principal.tenant()).await {
        Ok(account) => account,
        Err(error) => return Ok(Limited(standing, error).into_response()),
    };
    let tier = principal.credential().tenant.tier();
    let token = principal.credential().token();
    let allows = state.services.settings.tiers.of(tier);
    let usage = |limit: Option<u64>, used: u64| Usage {
        limit,
        used,
        remaining: limit.map(|limit| limit.saturating_sub(used)),
    };
    // What the tenant uses in all tells of others.
    let of_tenant = |usage| token.is_none().then_some(usage);
    let body = WhoAmI {
        tenant_id: principal.tenant().to_string(),
        tenant_name: account.tenant.name,
        tier: tier.name(),
        api_key_id: principal.credential().key().map(|key| key.to_string()),
        api_key_label: principal.credential().label().to_string(),
        end_user: token.map(|token| token.subject.as_str().to_owned()),
        limits: Limits {
            api_keys: of_tenant(usage(allows.api_keys, account.api_keys)),
            active_reservations: of_tenant(usage(
                allows.active_reservations,
                account.active_reservations,
            )),
            reads_per_minute: Rate {
                limit: state.limiter.quota(tier, Kind::Read),
            },
            writes_per_minute: Rate {
                limit: state.limiter.quota(tier, Kind::Write),
            },
            event_streams: allows.event_streams,
            event_history_hours: allows.history_hours,
            jwt_exchange: allows.jwt_exchange,
        },
    };
    principal.recheck(&state.services)?;
    Ok(Answer {
        status: StatusCode::OK,
        standing,
        body,
    }
    .into_response())
}
