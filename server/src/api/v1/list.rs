//! `GET /Reservation/activeReservations`, also at `GET /Reservation`.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use coop_engine::Reservation;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    ApiState,
    holder::{metadata, path},
    requester::{Requesters, Sight, end_user},
    waiting::{Concerned, Waiting},
};
use crate::{
    api::{
        extract::{Query, write_cursor},
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    clock::iso,
    domain::reservations::{self, ReservationFilter, ReservationPosition},
};

/// One reservation. Never its release token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "resource": "gpu", "requester": "worker-7", "mode": "exclusive", "holds": ["gpu_0", "licence"],
    "reservedAt": "2026-11-24T09:00:00.000Z", "expiresAt": "2026-11-24T09:10:00.000Z", "fencingToken": 42,
    "apiKeyLabel": "default", "endUser": null, "resourceType": "UserDefined", "metadata": {"build": 1842},
    "reservedAtPath": "lab>rack>gpu", "waiting": 2,
}))]
pub(super) struct ListedReservation {
    resource: String,
    requester: String,
    /// `exclusive` or `shared`.
    mode: &'static str,
    /// What it keeps others from: the resource or its slot, and what is held together with it.
    holds: Vec<String>,
    reserved_at: String,
    expires_at: Option<String>,
    fencing_token: u64,
    api_key_label: String,
    /// The end user, when it was reserved with an exchanged token.
    end_user: Option<String>,
    resource_type: String,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    /// Where it stands in a tree, `>` between the names, its own included.
    reserved_at_path: Option<String>,
    /// How many requests wait for it.
    waiting: u64,
}

/// A page, ordered by resource and fencing token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReservationList {
    reservations: Vec<ListedReservation>,
    /// For the next page; null when there is none. A page may be empty and have a next one.
    next_cursor: Option<String>,
}

/// What to list.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "documents the query, which is read strictly by hand so that every problem is named"
)]
pub(super) struct ListQuery {
    /// Exactly this requester.
    requester: Option<String>,
    /// Exactly this resource.
    resource: Option<String>,
    /// Resources that begin so.
    prefix: Option<String>,
    /// Exactly this type.
    resource_type: Option<String>,
    /// Reserved with a key of this label.
    api_key_label: Option<String>,
    /// 100 if not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// The tenant's active reservations; with an exchanged token, the end user's own.
#[utoipa::path(
    get,
    path = "/api/v1/Reservation/activeReservations",
    tag = "Reservations",
    security(("apiKey" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page", body = ReservationList),
        (status = 400, description = "The query cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or an exchanged token asks for others", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "The store does not answer", body = ProblemBody),
    ),
)]
pub(super) async fn active_reservations(
    State(state): State<ApiState>,
    asker: Metered,
    RawQuery(query): RawQuery,
) -> Result<Response, Limited> {
    let mut query = Query::parse(query.as_deref());
    let sight = Sight::of(&asker.principal);
    let filter = ReservationFilter {
        principal: sight.principal(),
        requester: query.take("requester"),
        resource: query.take("resource"),
        prefix: query.take("prefix"),
        resource_type: query.take("resourceType"),
        api_key_label: query.take("apiKeyLabel"),
    };
    let limit = query.limit();
    let cursor = query.cursor(ReservationPosition::parse);
    query.finish().none_or(())?;
    let mut requesters = Requesters::of(&asker.principal);
    requesters.note(filter.requester.as_deref());
    requesters.check()?;

    let standing = state.take(&asker, 1)?;
    let now = state.services.clock.now();
    let page = reservations::list(
        &state.services.ledger,
        asker.principal.tenant(),
        &filter,
        cursor,
        limit,
        now,
    );
    let page = match page.await {
        Ok(page) => page,
        Err(error) => return Err(Limited::new(standing, error)),
    };
    let concerned = Concerned::of(&state, &asker, page.reservations.iter());
    let waiting = Waiting::of(&state, &asker, concerned).await;
    let body = ReservationList {
        reservations: page
            .reservations
            .iter()
            .map(|reservation| listed(reservation, &waiting))
            .collect(),
        next_cursor: page.next.as_ref().map(write_cursor),
    };
    asker
        .principal
        .recheck(&state.services)
        .map_err(|problem| Limited::new(standing, problem))?;
    Ok(Answer::ok(standing, body))
}

/// The same as `/Reservation/activeReservations`.
#[utoipa::path(
    get,
    path = "/api/v1/Reservation",
    tag = "Reservations",
    security(("apiKey" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page", body = ReservationList),
        (status = 400, description = "The query cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or an exchanged token asks for others", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "The store does not answer", body = ProblemBody),
    ),
)]
pub(super) async fn reservations(
    state: State<ApiState>,
    asker: Metered,
    query: RawQuery,
) -> Result<Response, Limited> {
    active_reservations(state, asker, query).await
}

fn listed(reservation: &Reservation, waiting: &Waiting) -> ListedReservation {
    ListedReservation {
        resource: reservation.resource.as_str().to_owned(),
        holds: reservation.holds().map(|held| held.name()).collect(),
        requester: reservation.principal.requester.as_str().to_owned(),
        mode: reservation.mode.as_str(),
        reserved_at: iso(reservation.reserved_at),
        expires_at: reservation.expires_at.map(iso),
        fencing_token: reservation.fencing_token.as_u64(),
        api_key_label: reservation.label.to_string(),
        end_user: end_user(reservation),
        resource_type: reservation.resource_type.to_string(),
        metadata: metadata(reservation),
        reserved_at_path: path(reservation),
        waiting: waiting.for_it(reservation),
    }
}
