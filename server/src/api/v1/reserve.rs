//! `POST /Reservation/reserve`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{body::Body, extract::State, response::IntoResponse, response::Response};
use coop_engine::{
    Command, Denial, Label, Mode, Outcome, ReleaseToken, Reservation, ReserveItem, ReserveOutcome,
    ResourceName, Time, Ttl,
};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ApiState,
    holder::{Holder, millis_until},
    requester::{Requesters, Sight},
};
use crate::{
    api::{
        body,
        json::{self, Fields, Json},
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    auth::api_key::ApiPrincipal,
    clock::iso,
    domain::reservations,
    problem::{LimitExceeded, Problem},
    random,
};

/// Items in one request.
pub(super) const MOST_ITEMS: usize = 100;
/// Bytes of metadata, written without spaces.
const LONGEST_METADATA: usize = 1024;
const DEFAULT_TYPE: &str = "UserDefined";
/// Seconds after which a tenant at its limit should look again, whatever its deadlines are.
const LONGEST_RETRY: u64 = 60;

/// What to reserve.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct ReserveRequest {
    /// Who will hold it, a name of the caller's choice: 1 to 256 characters. With an exchanged token it may be left out and
    /// is its subject.
    requester: Option<String>,
    /// What to hold: 1 to 256 characters, no `>`.
    resource: String,
    /// Seconds until it ends by itself. Without it, it lasts until it is released. With an exchanged token it ends after
    /// its issuer's `maxTtlSeconds` at the latest.
    #[schema(minimum = 1, maximum = 31_536_000)]
    ttl_seconds: Option<u32>,
    /// A tag shown in lists and events. `UserDefined` if not given.
    resource_type: Option<String>,
    /// `exclusive`, the only mode of this version.
    mode: Option<String>,
    /// 0: this version answers at once.
    #[schema(minimum = 0, maximum = 0)]
    wait_seconds: Option<u32>,
    /// Up to 1 KiB of JSON, shown to whoever is refused. No secrets.
    #[schema(value_type = Option<Object>)]
    metadata: Option<String>,
}

/// What came of one item. What does not apply is null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReserveAnswer {
    resource: String,
    requester: String,
    /// `ACQUIRED` and `ALREADY_HAD` are successes, `ALREADY_HELD` is none.
    status: &'static str,
    /// The same for people.
    explanation: String,
    /// Proves ownership when releasing.
    release_token: Option<String>,
    /// Grows with every grant in the tenant: hand it to whatever the lock guards.
    fencing_token: Option<u64>,
    reserved_at: Option<String>,
    expires_at: Option<String>,
    acquired_slots: Option<BTreeMap<String, String>>,
    acquired_blockers: Option<Vec<String>>,
    reserved_at_path: Option<String>,
    mode: Option<&'static str>,
    /// Who stands in the way.
    held_by: Option<Holder>,
    /// Everybody who stands in the way, at most ten.
    holders: Option<Vec<Holder>>,
    position: Option<u64>,
    available_at: Option<String>,
    /// Milliseconds after which it may be free.
    retry_after_ms: Option<u64>,
}

/// Reserves 1 to 100 resources, each on its own, in order.
#[utoipa::path(
    post,
    path = "/api/v1/Reservation/reserve",
    tag = "Reservations",
    request_body = Vec<ReserveRequest>,
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Decided, item by item", body = Vec<ReserveAnswer>),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or an exchanged token acts for somebody else", body = ProblemBody),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "A limit of the tier is reached; nothing was reserved", body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn reserve(
    State(state): State<ApiState>,
    asker: Metered,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, Limited> {
    let body = body::read(&headers, request).await?;
    let mut requesters = Requesters::of(&asker.principal);
    let items = json::items(&body, MOST_ITEMS, |fields| {
        read_item(fields, &mut requesters)
    })?;
    requesters.check()?;
    let standing = state.take(&asker, items.len())?;
    let command = Command::Reserve(items);
    let decided = match reservations::decide(
        &state.services.ledger,
        asker.principal.credential(),
        command,
    )
    .await
    {
        Ok(decided) => decided,
        Err(error) => return Err(Limited::new(standing, error)),
    };
    match (decided.command, decided.outcome) {
        (Command::Reserve(items), Outcome::Reserve(outcomes)) => {
            let sight = Sight::of(&asker.principal);
            let answer = |(item, outcome)| answer(item, outcome, &sight, decided.now);
            let body: Vec<_> = items.iter().zip(&outcomes).map(answer).collect();
            Ok(Answer {
                status: StatusCode::OK,
                standing,
                body,
            }
            .into_response())
        }
        (_, Outcome::Denied(denial)) => Err(Limited::new(
            standing,
            denied(&state, &asker.principal, &denial, decided.now),
        )),
        _ => Err(Problem::internal("a reserve was answered as something else").into()),
    }
}

fn read_item(fields: &mut Fields<'_>, requesters: &mut Requesters) -> Option<ReserveItem> {
    let requester = requesters.read(fields);
    let resource = fields.required("resource", json::text(ResourceName::parse));
    let ttl = fields.optional("ttlSeconds", |value| {
        Ttl::parse(json::whole_number(value)?).map_err(|error| error.to_string())
    });
    let resource_type = fields.optional("resourceType", json::text(Label::parse));
    let mode = fields.optional("mode", read_mode);
    let wait = fields.optional("waitSeconds", read_wait);
    let metadata = fields.optional("metadata", |value| read_metadata(&value));
    mode?;
    wait?;
    Some(ReserveItem {
        requester: requester?,
        resource: resource?,
        mode: Mode::Exclusive,
        ttl: ttl?,
        resource_type: resource_type?
            .map_or_else(|| Arc::from(DEFAULT_TYPE), |tag| Arc::from(tag.as_str())),
        metadata: metadata?,
        token: ReleaseToken::from_random(random::bytes()),
        wait: None,
    })
}

fn read_mode(value: Json) -> Result<(), String> {
    match json::string(value)?.as_str() {
        "exclusive" => Ok(()),
        "shared" => Err(
            "may only be exclusive: shared reservations are not part of this version".to_owned(),
        ),
        _ => Err("must be exclusive".to_owned()),
    }
}

fn read_wait(value: Json) -> Result<(), String> {
    match json::whole_number(value)? {
        0 => Ok(()),
        1..=60 => Err("may only be 0: waiting is not part of this version".to_owned()),
        _ => Err("must be 0".to_owned()),
    }
}

fn read_metadata(value: &Json) -> Result<Arc<str>, String> {
    if !matches!(value, Json::Object(_)) {
        return Err(format!("must be an object, not {}", value.kind()));
    }
    if let Some(name) = value.repeated_field() {
        return Err(format!(
            "has the field {:?} more than once",
            json::shown(name)
        ));
    }
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    if text.len() > LONGEST_METADATA {
        return Err(format!(
            "must be at most {LONGEST_METADATA} bytes, not {}",
            text.len()
        ));
    }
    Ok(text.into())
}

fn answer(item: &ReserveItem, outcome: &ReserveOutcome, sight: &Sight, now: Time) -> ReserveAnswer {
    let (status, explanation) = match outcome {
        ReserveOutcome::Acquired(_) => ("ACQUIRED", "It is yours.".to_owned()),
        ReserveOutcome::AlreadyHad(held) => (
            "ALREADY_HAD",
            format!("It has been yours since {}.", iso(held.reserved_at)),
        ),
        ReserveOutcome::Refused(refusal) => (
            "ALREADY_HELD",
            refusal
                .held_by()
                .map_or_else(String::new, |held| describe(held, sight)),
        ),
    };
    let (own, other) = match outcome {
        ReserveOutcome::Acquired(held) | ReserveOutcome::AlreadyHad(held) => (Some(held), None),
        ReserveOutcome::Refused(refusal) => (None, refusal.held_by()),
    };
    ReserveAnswer {
        resource: item.resource.as_str().to_owned(),
        requester: item.requester.as_str().to_owned(),
        status,
        explanation,
        release_token: own.map(|held| held.release_token.to_string()),
        fencing_token: own.map(|held| held.fencing_token.as_u64()),
        reserved_at: own.map(|held| iso(held.reserved_at)),
        expires_at: own.and_then(|held| held.expires_at).map(iso),
        acquired_slots: None,
        acquired_blockers: None,
        reserved_at_path: None,
        mode: Some("exclusive"),
        held_by: other.map(|held| Holder::new(held, sight)),
        holders: other.map(|held| vec![Holder::new(held, sight)]),
        position: None,
        available_at: None,
        retry_after_ms: other
            .and_then(|held| held.expires_at)
            .map(|expiry| millis_until(now, expiry)),
    }
}

fn describe(held: &Reservation, sight: &Sight) -> String {
    let since = iso(held.reserved_at);
    let until = held.expires_at.map_or_else(
        || "until it is released".to_owned(),
        |expiry| format!("until {}", iso(expiry)),
    );
    format!("{} holds it since {since}, {until}.", sight.name(held))
}

fn denied(state: &ApiState, principal: &ApiPrincipal, denial: &Denial, now: Time) -> Problem {
    let (limit, next_deadline, is_own) = match denial {
        Denial::ActiveReservations {
            limit,
            next_deadline,
        } => (*limit, next_deadline, false),
        Denial::OfOnePrincipal {
            limit,
            next_deadline,
        } => (*limit, next_deadline, true),
        _ => return Problem::internal("a reserve was refused for a reason that it cannot have"),
    };
    let tier = principal.credential().tenant.tier();
    let retry_after = next_deadline
        .map_or(LONGEST_RETRY, |deadline| {
            millis_until(now, deadline).div_ceil(1_000)
        })
        .clamp(1, LONGEST_RETRY);
    let tiers = &state.services.settings.tiers;
    let exceeded = LimitExceeded {
        limit_type: "activeReservations",
        limit,
        tier: Some(tier),
        retry_after,
        // An end user's own limit is his issuer's, whatever the tier.
        upgrade_required: !is_own
            && tiers
                .lifting(tier, |allows| allows.active_reservations)
                .is_some(),
    };
    let who = if is_own {
        "The token's issuer".to_owned()
    } else {
        tier.to_string()
    };
    let detail =
        format!("{who} allows {limit} active reservations. Nothing of this request was reserved.");
    Problem::limit("ACTIVE_RESERVATIONS_EXCEEDED", exceeded, detail)
}
