//! `POST /Reservation/reserve`.

use axum::{
    extract::{Request, State},
    response::Response,
};
use coop_engine::{Command, Outcome, Reservation, ReserveItem, ReserveOutcome};
use utoipa::ToSchema;

use super::{
    ApiState,
    answer::{ReserveAnswer, View},
    decide::unexpected,
    item::{MOST_ITEMS, Wanted, read_wait},
    requester::{Requesters, Sight},
    waiting::{Concerned, Waiting},
};
use crate::api::{
    body,
    json::{self, Fields},
    metered::{Answer, Limited, Metered},
    openapi::ProblemBody,
};

/// What to reserve.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "requester": "worker-7", "resource": "gpu", "ttlSeconds": 600, "mode": "exclusive", "waitSeconds": 30,
    "metadata": {"build": 1842},
}))]
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
    /// `exclusive` if not given, or `shared`: any number of shared holders, or one exclusive one.
    mode: Option<String>,
    /// Waits for it in line for up to so many seconds, if it cannot be had at once; only in a request of one item. The TTL
    /// begins with the grant.
    #[schema(minimum = 0, maximum = 60)]
    wait_seconds: Option<u32>,
    /// Up to 1 KiB of JSON, shown to whoever is refused. No secrets.
    #[schema(value_type = Option<Object>)]
    metadata: Option<String>,
}

/// Reserves 1 to 100 resources, each on its own, in order.
///
/// A refusal is no error: every item says what came of it. To take several resources together or none of them, see
/// `/Reservation/transaction`.
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
    request: Request,
) -> Result<Response, Limited> {
    let body = body::read(request).await?;
    let mut requesters = Requesters::of(&asker.principal);
    let items = json::items(&body, MOST_ITEMS, |fields| {
        read_item(&state, fields, &mut requesters)
    })?;
    requesters.check()?;
    let standing = state.take(&asker, items.len())?;
    let decided = state
        .decide(&asker, standing, Command::Reserve(items))
        .await?;
    let (Command::Reserve(items), Outcome::Reserve(outcomes)) = (decided.command, decided.outcome)
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
    let answers = items.iter().zip(&outcomes);
    let body: Vec<_> = answers
        .map(|(item, outcome)| view.reserve(item, outcome))
        .collect();
    Ok(Answer::ok(standing, body))
}

fn read_item(
    state: &ApiState,
    fields: &mut Fields<'_>,
    requesters: &mut Requesters,
) -> Option<ReserveItem> {
    let requester = requesters.read(fields);
    let wanted = Wanted::read(fields);
    let wait = read_wait(fields, || state.services.ledger.next_waiter());
    Some(wanted?.by(requester?, wait?))
}

/// Everybody who is named in refusals.
pub(super) fn in_the_way<'o>(
    outcomes: impl IntoIterator<Item = &'o ReserveOutcome>,
) -> impl Iterator<Item = &'o Reservation> {
    let refusals = outcomes.into_iter().filter_map(|outcome| match outcome {
        ReserveOutcome::Refused(refusal) => Some(refusal),
        _ => None,
    });
    refusals.flat_map(|refusal| refusal.holders().map(|held| &**held))
}
