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
    api_keys: Usage,
    active_reservations: Usage,
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
    api_key_id: String,
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
    let allows = state.services.settings.tiers.of(tier);
    let usage = |limit: Option<u64>, used: u64| Usage {
        limit,
        used,
        remaining: limit.map(|limit| limit.saturating_sub(used)),
    };
    let body = WhoAmI {
        tenant_id: principal.tenant().to_string(),
        tenant_name: account.tenant.name,
        tier: tier.name(),
        api_key_id: principal.credential().key.to_string(),
        api_key_label: principal.credential().label().to_string(),
        end_user: None,
        limits: Limits {
            api_keys: usage(allows.api_keys, account.api_keys),
            active_reservations: usage(allows.active_reservations, account.active_reservations),
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
    principal.recheck()?;
    Ok(Answer {
        status: StatusCode::OK,
        standing,
        body,
    }
    .into_response())
}
