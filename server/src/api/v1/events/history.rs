//! `GET /events/history`.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::read_filter;
use crate::{
    api::{
        ApiState,
        extract::Query,
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    domain::events,
    events::ShownEvent,
};

/// Some of the history, in order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api::v1) struct EventHistory {
    events: Vec<ShownEvent>,
    /// Ask with `after` set to it for what follows. It moves on although a filter finds nothing.
    cursor: u64,
    /// Whether there is more already.
    has_more: bool,
    /// The oldest event that is kept, null when none is. What lies between `after` and it is forgotten.
    oldest_revision: Option<u64>,
}

/// Which events.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "documents the query, which is read strictly by hand so that every problem is named"
)]
pub(in crate::api::v1) struct HistoryQuery {
    /// Events with a higher revision; 0, the whole history, if not given.
    after: Option<u64>,
    /// 100 if not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Exactly this resource.
    resource: Option<String>,
    /// Resources that begin so.
    prefix: Option<String>,
    /// Exactly this requester.
    requester: Option<String>,
    /// Exactly this type.
    r#type: Option<String>,
    /// Caused with a key that had this label then.
    api_key_label: Option<String>,
}

/// What has happened, oldest first, as far back as the tier's history goes; with an exchanged token, the end user's own.
#[utoipa::path(
    get,
    path = "/api/v1/events/history",
    tag = "Events",
    security(("apiKey" = [])),
    params(HistoryQuery),
    responses(
        (status = 200, description = "A page", body = EventHistory),
        (status = 400, description = "The query cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or an exchanged token asks for others", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "The store does not answer", body = ProblemBody),
    ),
)]
pub(in crate::api::v1) async fn history(
    State(state): State<ApiState>,
    asker: Metered,
    RawQuery(query): RawQuery,
) -> Result<Response, Limited> {
    let mut query = Query::parse(query.as_deref());
    let filter = read_filter(&mut query, &asker.principal)?;
    let limit = query.limit();
    let after = match query.take("after").map(|text| text.parse::<u64>()) {
        None => 0,
        Some(Ok(after)) => after,
        Some(Err(_)) => {
            query
                .problems
                .add("after", "must be a revision, a whole number");
            0
        }
    };
    query.finish().none_or(())?;
    let standing = state.take(&asker, 1)?;
    let tenant = asker.principal.tenant();
    let page = events::history(&state.services.ledger, tenant, &filter, after, limit)
        .await
        .map_err(|error| Limited::new(standing, error))?;
    let body = EventHistory {
        events: page
            .events
            .into_iter()
            .map(|event| ShownEvent::of(tenant, event))
            .collect(),
        cursor: page.cursor,
        has_more: page.has_more,
        oldest_revision: page.oldest,
    };
    asker
        .principal
        .recheck(&state.services)
        .map_err(|problem| Limited::new(standing, problem))?;
    Ok(Answer::ok(standing, body))
}
