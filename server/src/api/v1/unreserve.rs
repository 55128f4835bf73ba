//! `POST /Reservation/unreserve`.

use axum::{
    extract::{Request, State},
    response::Response,
};
use coop_engine::{Command, Outcome, ReleaseToken, ResourceName, UnreserveItem, UnreserveOutcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ApiState,
    decide::unexpected,
    explanation,
    item::MOST_ITEMS,
    requester::{Requesters, Sight},
};
use crate::api::{
    body,
    json::{self, Fields},
    metered::{Answer, Limited, Metered},
    openapi::ProblemBody,
};

/// What to release.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "requester": "worker-7", "resource": "gpu", "releaseToken": "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0",
}))]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct UnreserveRequest {
    /// Who holds it. With an exchanged token it may be left out and is its subject.
    requester: Option<String>,
    /// What is held.
    resource: String,
    /// The token that the reservation was answered with.
    release_token: Option<String>,
}

/// What came of one item. What does not apply is null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "resource": "gpu", "requester": "worker-7", "status": "RELINQUISHED", "explanation": "You hold it no longer.",
    "released": ["gpu_0", "licence"],
}))]
pub(super) struct UnreserveAnswer {
    resource: String,
    requester: String,
    /// `RELINQUISHED`, `NOT_RESERVED` (free already: safe to repeat), `DOESNT_OWN_RESERVATION` or
    /// `INVALID_RELEASE_TOKEN`.
    status: &'static str,
    /// The same for people.
    explanation: String,
    /// What became free: the resource or its slot, and what was held together with it.
    released: Option<Vec<String>>,
}

/// Releases 1 to 100 reservations, each on its own, in order. Never refused for the rate or the day.
#[utoipa::path(
    post,
    path = "/api/v1/Reservation/unreserve",
    tag = "Reservations",
    request_body = Vec<UnreserveRequest>,
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Done, item by item", body = Vec<UnreserveAnswer>),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "An item had a wrong release token (the same array; the others have been carried \
            out), the tenant is suspended, or an exchanged token acts for somebody else (a problem)", content(
                (Vec<UnreserveAnswer> = "application/json"),
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
pub(super) async fn unreserve(
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
    // Load must not make a holder keep what it wants to give back.
    let standing = state.take(&asker, items.len())?;
    let decided = state
        .decide(&asker, standing, Command::Unreserve(items))
        .await?;
    let (Command::Unreserve(items), Outcome::Unreserve(outcomes)) =
        (decided.command, decided.outcome)
    else {
        return Err(unexpected());
    };
    let is_refused = outcomes
        .iter()
        .any(|outcome| matches!(outcome, UnreserveOutcome::InvalidReleaseToken));
    let sight = Sight::of(&asker.principal);
    let body: Vec<_> = items
        .iter()
        .zip(&outcomes)
        .map(|(item, outcome)| answer(item, outcome, &sight))
        .collect();
    Ok(Answer::of_holder(standing, body, is_refused))
}

fn read_item(fields: &mut Fields<'_>, requesters: &mut Requesters) -> Option<UnreserveItem> {
    let requester = requesters.read(fields);
    let resource = fields.required("resource", json::text(ResourceName::parse));
    let token = fields.optional("releaseToken", json::string);
    Some(UnreserveItem {
        requester: requester?,
        resource: resource?,
        token: token?.as_deref().and_then(ReleaseToken::parse),
    })
}

fn answer(item: &UnreserveItem, outcome: &UnreserveOutcome, sight: &Sight) -> UnreserveAnswer {
    let (status, explanation, released) = match outcome {
        UnreserveOutcome::Relinquished(released) => (
            "RELINQUISHED",
            "You hold it no longer.".to_owned(),
            Some(released.freed.clone()),
        ),
        UnreserveOutcome::NotReserved => ("NOT_RESERVED", "It was free already.".to_owned(), None),
        UnreserveOutcome::DoesntOwnReservation(held) => (
            "DOESNT_OWN_RESERVATION",
            explanation::holds_it(held, sight),
            None,
        ),
        UnreserveOutcome::InvalidReleaseToken => (
            "INVALID_RELEASE_TOKEN",
            explanation::WRONG_TOKEN.to_owned(),
            None,
        ),
    };
    UnreserveAnswer {
        resource: item.resource.as_str().to_owned(),
        requester: item.requester.as_str().to_owned(),
        status,
        explanation,
        released,
    }
}
