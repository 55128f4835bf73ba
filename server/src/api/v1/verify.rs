//! `POST /Reservation/verify`.

use axum::{
    extract::{Request, State},
    response::Response,
};
use coop_engine::{Command, Outcome, ResourceName, Revision, Time, VerifyItem, VerifyOutcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ApiState, decide::unexpected, holder::millis_until, item::MOST_ITEMS};
use crate::{
    api::{
        body,
        json::{self, Fields},
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    clock::iso,
};

/// A fencing token that somebody shows.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"resource": "gpu", "fencingToken": 42}))]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct VerifyRequest {
    /// What is guarded: the resource, or a slot of a pool.
    resource: String,
    /// What was shown for it.
    fencing_token: u64,
}

/// What one fencing token is worth. What does not apply is null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "resource": "gpu", "fencingToken": 42, "status": "CURRENT", "explanation": "It holds until 2026-11-24T09:10:00.000Z.",
    "remainingMs": 600_000,
}))]
pub(super) struct VerifyAnswer {
    resource: String,
    fencing_token: u64,
    /// `CURRENT` (a live reservation that holds the resource has it), `STALE` (it holds that no longer, or never did) or
    /// `UNKNOWN` (it was never given out).
    status: &'static str,
    /// The same for people.
    explanation: String,
    /// With `CURRENT`, milliseconds until it expires; null without an expiry.
    remaining_ms: Option<u64>,
}

/// Says of 1 to 100 fencing tokens whether they hold what they are shown for. Counts as a read and changes nothing.
///
/// For the program that guards the resource itself.
#[utoipa::path(
    post,
    path = "/api/v1/Reservation/verify",
    tag = "Reservations",
    request_body = Vec<VerifyRequest>,
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Looked at, item by item", body = Vec<VerifyAnswer>),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended", body = ProblemBody),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "What it saw cannot be committed", body = ProblemBody),
    ),
)]
pub(super) async fn verify(
    State(state): State<ApiState>,
    asker: Metered,
    request: Request,
) -> Result<Response, Limited> {
    let body = body::read(request).await?;
    let items = json::items(&body, MOST_ITEMS, read_item)?;
    let standing = state.take(&asker, items.len())?;
    let decided = state
        .decide(&asker, standing, Command::Verify(items))
        .await?;
    let (Command::Verify(items), Outcome::Verify(outcomes)) = (decided.command, decided.outcome)
    else {
        return Err(unexpected());
    };
    let body: Vec<_> = items
        .iter()
        .zip(&outcomes)
        .map(|(item, outcome)| answer(item, outcome, decided.now))
        .collect();
    Ok(Answer::ok(standing, body))
}

fn read_item(fields: &mut Fields<'_>) -> Option<VerifyItem> {
    let resource = fields.required("resource", json::text(ResourceName::parse));
    let fencing_token = fields.required("fencingToken", json::whole_number);
    Some(VerifyItem {
        resource: resource?,
        fencing_token: Revision::new(fencing_token?),
    })
}

fn answer(item: &VerifyItem, outcome: &VerifyOutcome, now: Time) -> VerifyAnswer {
    let mut expiry = None;
    let (status, explanation) = match outcome {
        VerifyOutcome::Current(held) => {
            expiry = held.expires_at;
            let until = expiry.map_or_else(
                || "It holds until it is released.".to_owned(),
                |expiry| format!("It holds until {}.", iso(expiry)),
            );
            ("CURRENT", until)
        }
        VerifyOutcome::Stale => (
            "STALE",
            "No present reservation that holds this has this fencing token.".to_owned(),
        ),
        VerifyOutcome::Unknown => (
            "UNKNOWN",
            "This fencing token was never given out.".to_owned(),
        ),
    };
    VerifyAnswer {
        resource: item.resource.as_str().to_owned(),
        fencing_token: item.fencing_token.as_u64(),
        status,
        explanation,
        remaining_ms: expiry.map(|expiry| millis_until(now, expiry)),
    }
}
