//! `POST /Reservation/check`.

use axum::{
    extract::{Request, State},
    response::Response,
};
use coop_engine::{CheckItem, CheckOutcome, Command, Outcome, Reservation, ResourceName, Would};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ApiState,
    answer::{View, status},
    decide::unexpected,
    explanation,
    holder::Holder,
    item::{MOST_ITEMS, read_mode},
    requester::{Requesters, Sight},
    waiting::{Concerned, Waiting},
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

/// What to look at.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"resource": "gpu", "requester": "worker-7"}))]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct CheckRequest {
    /// What would be taken.
    resource: String,
    /// Who would take it; somebody who holds nothing, if not given. With an exchanged token it is its subject.
    requester: Option<String>,
    /// How it would be taken: `exclusive` if not given, or `shared`.
    mode: Option<String>,
}

/// What reserving would be answered now. What does not apply is null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "resource": "gpu", "requester": "worker-7", "available": true, "status": "ACQUIRED", "heldBy": null,
    "explanation": "It can be had.", "freeSlots": 3, "capacity": 4,
}))]
pub(super) struct CheckAnswer {
    resource: String,
    requester: Option<String>,
    /// Whether reserving would succeed.
    available: bool,
    /// What reserving would be answered: `ACQUIRED`, `ALREADY_HAD`, `ALREADY_HELD`, `NOT_AVAILABLE` or `NOT_VALID`.
    status: &'static str,
    /// Of what stands in the way, the reservation that ends first.
    held_by: Option<Holder>,
    /// The same for people, with everything that stands in the way.
    explanation: String,
    /// How many slots nobody holds and no lock delay closes.
    free_slots: u16,
    /// How many slots there are: 1 of what is no pool.
    capacity: u16,
}

/// Says of 1 to 100 resources what reserving them would be answered now. Counts as a read and changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/Reservation/check",
    tag = "Reservations",
    request_body = Vec<CheckRequest>,
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Looked at, item by item", body = Vec<CheckAnswer>),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or an exchanged token asks for somebody else", body = ProblemBody),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "What it saw cannot be committed", body = ProblemBody),
    ),
)]
pub(super) async fn check(
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
    let standing = state.take(&asker, items.len())?;
    let decided = state
        .decide(&asker, standing, Command::Check(items))
        .await?;
    let (Command::Check(items), Outcome::Check(outcomes)) = (decided.command, decided.outcome)
    else {
        return Err(unexpected());
    };
    let concerned = Concerned::of(&state, &asker, in_the_way(&outcomes));
    let waiting = Waiting::of(&state, &asker, concerned).await;
    let view = View {
        sight: &Sight::of(&asker.principal),
        waiting: &waiting,
        now: decided.now,
    };
    let body: Vec<_> = items
        .iter()
        .zip(&outcomes)
        .map(|(item, outcome)| answer(item, outcome, &view))
        .collect();
    Ok(Answer::ok(standing, body))
}

fn read_item(fields: &mut Fields<'_>, requesters: &mut Requesters) -> Option<CheckItem> {
    let requester = requesters.read_optional(fields);
    let resource = fields.required("resource", json::text(ResourceName::parse));
    let mode = fields.optional("mode", read_mode);
    Some(CheckItem {
        requester: requester?,
        resource: resource?,
        mode: mode?.unwrap_or_default(),
    })
}

fn in_the_way(outcomes: &[CheckOutcome]) -> impl Iterator<Item = &Reservation> {
    let held_by = outcomes.iter().filter_map(|outcome| match &outcome.would {
        Would::Refuse(refusal) => refusal.held_by(),
        _ => None,
    });
    held_by.map(|held| &**held)
}

fn answer(item: &CheckItem, outcome: &CheckOutcome, view: &View<'_>) -> CheckAnswer {
    let (available, status, explanation) = match &outcome.would {
        Would::Acquire => (true, "ACQUIRED", "It can be had.".to_owned()),
        Would::AlreadyHave(held) => (
            true,
            "ALREADY_HAD",
            format!("It has been yours since {}.", iso(held.reserved_at)),
        ),
        Would::Refuse(refusal) => (
            false,
            status(refusal),
            explanation::of(refusal, &item.resource, view.sight),
        ),
    };
    let held_by = match &outcome.would {
        Would::Refuse(refusal) => view.held_by(refusal),
        _ => None,
    };
    CheckAnswer {
        resource: item.resource.as_str().to_owned(),
        requester: item.requester.as_ref().map(ToString::to_string),
        available,
        status,
        held_by,
        explanation,
        free_slots: outcome.free_slots,
        capacity: outcome.capacity.slots(),
    }
}
