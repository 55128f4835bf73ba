//! Requests of somebody who has a key: what they cost, and what their answers say of that.

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use coop_engine::Time;
use http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use serde::Serialize;

use super::{ApiState, toll::Toll, v1::millis_until};
use crate::{
    auth::api_key::ApiPrincipal,
    clock::iso,
    domain::usage::{self, DayIsOver},
    model::Tier,
    problem::{LimitExceeded, Problem},
    rate_limit::{Kind, Standing},
};

static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Somebody with a key, and how his request is counted.
pub(super) struct Metered {
    pub(super) principal: ApiPrincipal,
    toll: Toll,
}

impl FromRequestParts<ApiState> for Metered {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        Ok(Self {
            toll: Toll::of(&parts.method, parts.uri.path()),
            principal: ApiPrincipal::from_request_parts(parts, state).await?,
        })
    }
}

impl ApiState {
    /// Takes a request's items from its tenant's quota and day, both or neither.
    pub(super) fn take(&self, asker: &Metered, items: usize) -> Result<Standing, Limited> {
        let Metered { principal, toll } = asker;
        let tenant = &principal.credential().tenant;
        let (tier, now) = (tenant.tier(), self.services.clock.now());
        let ledger = &self.services.ledger;
        if toll.is_daily {
            let (tiers, items) = (&self.services.settings.tiers, items as u64);
            usage::count_operations(ledger, tiers, tenant, items, toll.may_be_refused, now)
                .map_err(|over| {
                    let standing = self.limiter.standing(tenant.id, tier, toll.kind);
                    Limited::new(standing, self.day_is_over(tier, over, now))
                })?;
        }
        let cost = u32::try_from(items).unwrap_or(u32::MAX);
        let standing = if toll.may_be_refused {
            let taken = self.limiter.take(tenant.id, tier, toll.kind, cost);
            taken.map_err(|exceeded| {
                if toll.is_daily {
                    usage::give_back_operations(tenant, items as u64, now);
                }
                Limited::new(exceeded.standing, self.limiter.refusal(&exceeded))
            })?
        } else {
            let limiter = &self.limiter;
            limiter.take_what_there_is(tenant.id, tier, toll.kind, cost)
        };
        self.note(principal, toll.kind, items as u64, now);
        Ok(standing)
    }

    fn note(&self, principal: &ApiPrincipal, kind: Kind, operations: u64, now: Time) {
        let (ledger, is_read) = (&self.services.ledger, kind == Kind::Read);
        usage::note_operations(ledger, principal.credential(), is_read, operations, now);
    }

    fn day_is_over(&self, tier: Tier, over: DayIsOver, now: Time) -> Problem {
        let limit = LimitExceeded {
            limit_type: "daily",
            limit: over.limit,
            tier: Some(tier),
            retry_after: millis_until(now, over.until).div_ceil(1_000).max(1),
            upgrade_required: self
                .services
                .settings
                .tiers
                .lifting(tier, |allows| allows.operations_per_day)
                .is_some(),
        };
        let detail = format!(
            "{tier} allows {} operations a day. The next day begins at {}.",
            over.limit,
            iso(over.until)
        );
        Problem::limit("DAILY_LIMIT_EXCEEDED", limit, detail)
    }

    /// Where somebody stands whose answer does not say so yet: it was given before anything was counted, and cost one.
    pub(super) fn take_one(&self, principal: &ApiPrincipal, kind: Kind) -> Standing {
        let tenant = &principal.credential().tenant;
        self.note(principal, kind, 1, self.services.clock.now());
        self.limiter
            .take_what_there_is(tenant.id, tenant.tier(), kind, 1)
    }
}

/// An answer with the limits' headers.
pub(super) struct Answer<T> {
    pub(super) status: StatusCode,
    pub(super) standing: Standing,
    pub(super) body: T,
}

/// Most answers fit, so their buffer does not have to grow.
const USUAL_LENGTH: usize = 512;
/// Headers that every answer has, with those that are added after it was made.
const USUAL_HEADERS: usize = 7;

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut json = Vec::with_capacity(USUAL_LENGTH);
        if let Err(error) = serde_json::to_writer(&mut json, &self.body) {
            return Problem::internal(&error.to_string()).into_response();
        }
        let mut response = Response::new(json.into());
        response.headers_mut().reserve(USUAL_HEADERS);
        *response.status_mut() = self.status;
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        set_standing(&mut response, &self.standing);
        response
    }
}

impl<T: Serialize> Answer<T> {
    /// That it was done.
    pub(super) fn ok(standing: Standing, body: T) -> Response {
        let status = StatusCode::OK;
        Self {
            status,
            standing,
            body,
        }
        .into_response()
    }

    /// That every item was looked at; forbidden when one of them showed a wrong release token.
    pub(super) fn of_holder(standing: Standing, body: T, wrong_token: bool) -> Response {
        let status = if wrong_token {
            StatusCode::FORBIDDEN
        } else {
            StatusCode::OK
        };
        Self {
            status,
            standing,
            body,
        }
        .into_response()
    }
}

/// A refusal. Once the request was counted it says where that has led.
pub(super) struct Limited(Option<Standing>, Problem);

impl Limited {
    pub(super) fn new(standing: Standing, problem: impl Into<Problem>) -> Self {
        Self(Some(standing), problem.into())
    }
}

impl From<Problem> for Limited {
    fn from(problem: Problem) -> Self {
        Self(None, problem)
    }
}

impl IntoResponse for Limited {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        if let Some(standing) = &self.0 {
            set_standing(&mut response, standing);
        }
        response
    }
}

/// Whether an answer says where its tenant stands.
pub(super) fn has_standing(response: &Response) -> bool {
    response.headers().contains_key(&RATE_LIMIT)
}

pub(super) fn set_standing(response: &mut Response, standing: &Standing) {
    let headers = response.headers_mut();
    headers.insert(RATE_LIMIT_POLICY.clone(), standing.policy_header());
    headers.insert(RATE_LIMIT.clone(), standing.header());
}
