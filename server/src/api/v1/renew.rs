//! `POST /Reservation/renew`.

use axum::{
    extract::{Request, State},
    response::Response,
};
use coop_engine::{Command, Outcome, ReleaseToken, RenewItem, RenewOutcome, ResourceName, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ApiState,
    decide::unexpected,
    explanation,
    holder::millis_until,
    item::{MOST_ITEMS, read_ttl},
    requester::{Requesters, Sight},
};
use crate::{
    api::{
        body,
        json::{self, Fields},
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    clock::iso,
};

/// Of the time that is left, the part after which to renew: two more attempts fit into the rest.
const RENEW_AFTER: u64 = 3;

/// What to keep.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "requester": "worker-7", "resource": "gpu", "releaseToken": "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0",
    "ttlSeconds": 600,
}))]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct RenewRequest {
    /// Who holds it. With an exchanged token it may be left out and is its subject.
    requester: Option<String>,
    /// What is held: the name that was reserved, or that of the slot.
    resource: String,
    /// The token that the reservation was answered with.
    release_token: Option<String>,
    /// Seconds from now on. As it was last asked for, if not given. With an exchanged token at most its issuer's
    /// `maxTtlSeconds`.
    #[schema(minimum = 1, maximum = 31_536_000)]
    ttl_seconds: Option<u32>,
    /// Whether it may end earlier than it would have, or end at all. False if not given.
    allow_shorten: Option<bool>,
}

/// What came of one item. What does not apply is null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "resource": "gpu", "requester": "worker-7", "status": "RENEWED", "explanation": "It is yours until 2026-11-24T09:10:00.000Z.",
    "expiresAt": "2026-11-24T09:10:00.000Z", "remainingMs": 600_000, "renewAfterMs": 200_000,
}))]
pub(super) struct RenewAnswer {
    resource: String,
    requester: String,
    /// `RENEWED`, `LOST` (expired or released since: stop working on it), `DOESNT_OWN_RESERVATION` or
    /// `INVALID_RELEASE_TOKEN`.
    status: &'static str,
    /// The same for people.
    explanation: String,
    /// Null without an expiry.
    expires_at: Option<String>,
    /// Milliseconds until it expires.
    remaining_ms: Option<u64>,
    /// Milliseconds after which to renew again: a third of what remains, so that an attempt may fail.
    renew_after_ms: Option<u64>,
}

/// Keeps 1 to 100 reservations for longer, each on its own, in order. Never refused for the rate or the day.
///
/// Safe to repeat: it ends at the later of its old expiry and the time asked for, unless `allowShorten` is true. The fencing
/// token stays.
#[utoipa::path(
    post,
    path = "/api/v1/Reservation/renew",
    tag = "Reservations",
    request_body = Vec<RenewRequest>,
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Done, item by item", body = Vec<RenewAnswer>),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "An item had a wrong release token (the same array; the others have been carried \
            out), the tenant is suspended, or an exchanged token acts for somebody else (a problem)", content(
                (Vec<RenewAnswer> = "application/json"),
                (ProblemBody = "application/problem+json"),
            )),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "Too many values that are no key came from this address; a valid key is never refused",
            body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn renew(
    State(state): State<ApiState>,
    asker: Metered,
    request: Request,
) -> Result<Response, Limited> {
    let body = body::read(request).await?;
    let mut requesters = Requesters::of(&asker.principal);
    let items = json::items(&body, MOST_ITEMS, |fields| {
        read_item(fields, &mut requesters)
    })?;
    requesters.check()?;
    // Load must not make a holder lose what it holds.
    let standing = state.take(&asker, items.len())?;
    let decided = state
        .decide(&asker, standing, Command::Renew(items))
        .await?;
    let (Command::Renew(items), Outcome::Renew(outcomes)) = (decided.command, decided.outcome)
    else {
        return Err(unexpected());
    };
    let is_refused = outcomes
        .iter()
        .any(|outcome| matches!(outcome, RenewOutcome::InvalidReleaseToken));
    let sight = Sight::of(&asker.principal);
    let body: Vec<_> = items
        .iter()
        .zip(&outcomes)
        .map(|(item, outcome)| answer(item, outcome, &sight, decided.now))
        .collect();
    Ok(Answer::of_holder(standing, body, is_refused))
}

fn read_item(fields: &mut Fields<'_>, requesters: &mut Requesters) -> Option<RenewItem> {
    let requester = requesters.read(fields);
    let resource = fields.required("resource", json::text(ResourceName::parse));
    let token = fields.optional("releaseToken", json::string);
    let ttl = read_ttl(fields);
    let allow_shorten = fields.optional("allowShorten", json::boolean);
    Some(RenewItem {
        requester: requester?,
        resource: resource?,
        token: token?.as_deref().and_then(ReleaseToken::parse),
        ttl: ttl?,
        at_most: None,
        allow_shorten: allow_shorten?.unwrap_or_default(),
    })
}

fn answer(item: &RenewItem, outcome: &RenewOutcome, sight: &Sight, now: Time) -> RenewAnswer {
    let mut expiry = None;
    let (status, explanation) = match outcome {
        RenewOutcome::Renewed(held) => {
            expiry = held.expires_at;
            let until = expiry.map_or_else(
                || "It is yours until you release it.".to_owned(),
                |expiry| format!("It is yours until {}.", iso(expiry)),
            );
            ("RENEWED", until)
        }
        RenewOutcome::Lost => (
            "LOST",
            "This requester holds it no longer: it has expired or was released.".to_owned(),
        ),
        RenewOutcome::DoesntOwnReservation(held) => {
            ("DOESNT_OWN_RESERVATION", explanation::holds_it(held, sight))
        }
        RenewOutcome::InvalidReleaseToken => {
            ("INVALID_RELEASE_TOKEN", explanation::WRONG_TOKEN.to_owned())
        }
    };
    let remaining_ms = expiry.map(|expiry| millis_until(now, expiry));
    RenewAnswer {
        resource: item.resource.as_str().to_owned(),
        requester: item.requester.as_str().to_owned(),
        status,
        explanation,
        expires_at: expiry.map(iso),
        remaining_ms,
        renew_after_ms: remaining_ms.map(|remaining| remaining / RENEW_AFTER),
    }
}
