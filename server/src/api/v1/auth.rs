//! `GET /auth/whoami`.

use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use crate::{
    api::{
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    domain::account,
    model::Day,
    rate_limit::{Kind, Standing},
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

/// How many operations a minute are allowed, and how many are left at once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rate {
    limit: u32,
    remaining: u32,
}

impl From<Standing> for Rate {
    fn from(standing: Standing) -> Self {
        Self {
            limit: standing.quota,
            remaining: standing.remaining,
        }
    }
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
    /// Of this day, UTC. Null for an exchanged token.
    operations_per_day: Option<Usage>,
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
    asker: Metered,
) -> Result<Response, Limited> {
    let standing = state.take(&asker, 1)?;
    let account = match account::of(&state.services.ledger, asker.principal.tenant()).await {
        Ok(account) => account,
        Err(error) => return Err(Limited::new(standing, error)),
    };
    let tenant = &asker.principal.credential().tenant;
    let token = asker.principal.credential().token();
    let tier = tenant.tier();
    let today = Day::of(state.services.clock.now());
    let allows = state.services.settings.tiers.of(tier);
    let usage = |limit: Option<u64>, used: u64| Usage {
        limit,
        used,
        remaining: limit.map(|limit| limit.saturating_sub(used)),
    };
    // What the tenant uses in all tells of others.
    let of_tenant = |usage| token.is_none().then_some(usage);
    let body = WhoAmI {
        tenant_id: asker.principal.tenant().to_string(),
        tenant_name: account.tenant.name,
        tier: tier.name(),
        api_key_id: asker
            .principal
            .credential()
            .key()
            .map(|key| key.to_string()),
        api_key_label: asker.principal.credential().label().to_string(),
        end_user: token.map(|token| token.subject.as_str().to_owned()),
        limits: Limits {
            api_keys: of_tenant(usage(allows.api_keys, account.api_keys)),
            active_reservations: of_tenant(usage(
                allows.active_reservations,
                account.active_reservations,
            )),
            reads_per_minute: standing.into(),
            writes_per_minute: state.limiter.standing(tenant.id, tier, Kind::Write).into(),
            operations_per_day: of_tenant(usage(
                allows.operations_per_day,
                tenant.operations_on(today),
            )),
            event_streams: allows.event_streams,
            event_history_hours: allows.history_hours,
            jwt_exchange: allows.jwt_exchange,
        },
    };
    asker
        .principal
        .recheck(&state.services)
        .map_err(|problem| Limited::new(standing, problem))?;
    Ok(Answer::ok(standing, body))
}
