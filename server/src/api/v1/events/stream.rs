//! `GET /events`.

use axum::{
    body::{Body, Bytes},
    extract::{RawQuery, State},
    response::{IntoResponse as _, Response},
};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::read_filter;
use crate::{
    api::{
        ApiState,
        extract::Query,
        metered::{Limited, Metered, set_standing},
        openapi::ProblemBody,
    },
    events::{self, Resume, Subscription},
    model::Tier,
    problem::{LimitExceeded, Problem},
};

static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Asks nginx to pass on what there is.
static X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Seconds until another try is worth it: nobody knows when a stream ends, and a client that is gone is noticed with the next
/// sign of life at the latest.
const RETRY_AFTER: u64 = 15;

/// Which events, and where to begin.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "documents the query, which is read strictly by hand so that every problem is named"
)]
pub(in crate::api::v1) struct StreamQuery {
    /// The `id` of the last frame that was seen; the header `Last-Event-ID`, if it is there, wins.
    last_event_id: Option<String>,
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

/// What happens, as it happens: server-sent events, in order, each once, none missing. Without an id from now on; with one
/// from what follows it. With an exchanged token, the end user's own.
///
/// Frames have the revision as `id`, the type as `event`, and an event of the history as `data`. Two have no id: `RESYNC`
/// (`{oldestRevision, reason}`) says that something is missing before what follows, because it is kept no longer or the id
/// was none; `CREDENTIAL_REVOKED` (`{code, detail}`) is the last one of a stream whose key or token has ended.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "Events",
    security(("apiKey" = [])),
    params(StreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last frame that was seen")),
    responses(
        (status = 200, description = "The stream. It ends when the credential or the server does, or the client", body = String, content_type = "text/event-stream"),
        (status = 400, description = "The query cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or an exchanged token asks for others", body = ProblemBody),
        (status = 429, description = "The read quota is used up, or as many streams are open as the tier allows", body = ProblemBody),
        (status = 503, description = "The store does not answer", body = ProblemBody),
    ),
)]
pub(in crate::api::v1) async fn stream(
    State(state): State<ApiState>,
    headers: HeaderMap,
    asker: Metered,
    RawQuery(query): RawQuery,
) -> Result<Response, Limited> {
    let mut query = Query::parse(query.as_deref());
    let filter = read_filter(&mut query, &asker.principal)?;
    let resume = resume(&headers, query.take("lastEventId").as_deref());
    query.finish().none_or(())?;

    let standing = state.take(&asker, 1)?;
    let principal = asker.principal;
    let credential = principal.credential();
    let tier = credential.tenant.tier();
    let open = credential
        .open_stream(state.services.settings.tiers.of(tier).event_streams)
        .map_err(|most| Limited::new(standing, state.too_many_streams(tier, most)))?;
    let subscription = Subscription {
        tenant: principal.tenant(),
        filter,
        resume,
        watch: credential.tenant.watch(),
        until: credential.token().map(|token| token.expires_at),
        open,
        check: {
            let (principal, services) = (principal.clone(), state.services.clone());
            move || principal.recheck(&services)
        },
    };
    let frames = events::open(&state.services, subscription)
        .await
        .map_err(|error| Limited::new(standing, error))?;
    principal
        .recheck(&state.services)
        .map_err(|problem| Limited::new(standing, problem))?;
    let chunks = frames.map(|frames| Ok::<_, std::convert::Infallible>(Bytes::from(frames)));
    let mut response = (
        [(header::CONTENT_TYPE, "text/event-stream")],
        Body::from_stream(chunks),
    )
        .into_response();
    set_standing(&mut response, &standing);
    response
        .headers_mut()
        .insert(X_ACCEL_BUFFERING.clone(), HeaderValue::from_static("no"));
    Ok(response)
}

/// A client that was connected before says with the header where it was; a query cannot follow it.
fn resume(headers: &HeaderMap, query: Option<&str>) -> Resume {
    let header = headers.get(&LAST_EVENT_ID);
    let id = match header {
        Some(value) => Some(value.to_str().unwrap_or("?")),
        None => query,
    };
    match id {
        None | Some("") => Resume::Now,
        Some(id) => id.parse().map_or(Resume::Unknown, Resume::After),
    }
}

impl ApiState {
    fn too_many_streams(&self, tier: Tier, limit: u64) -> Problem {
        let tiers = &self.services.settings.tiers;
        let exceeded = LimitExceeded {
            limit_type: "eventStreams",
            limit,
            tier: Some(tier),
            retry_after: RETRY_AFTER,
            upgrade_required: tiers.lifting(tier, |allows| allows.event_streams).is_some(),
        };
        let detail =
            format!("{tier} allows {limit} event streams at once. Close one, or share it.");
        Problem::limit("TOO_MANY_EVENT_STREAMS", exceeded, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_client_that_comes_back_wins_over_the_query_of_its_address() {
        for (header, query, expected) in [
            (None, None, Resume::Now),
            (None, Some(""), Resume::Now),
            (None, Some("7"), Resume::After(7)),
            (Some("9"), Some("7"), Resume::After(9)),
            (Some(""), Some("7"), Resume::Now),
            (None, Some("-1"), Resume::Unknown),
            (Some("x"), Some("7"), Resume::Unknown),
            (None, Some("99999999999999999999"), Resume::Unknown),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert(&LAST_EVENT_ID, HeaderValue::from_static(header));
            }
            assert_eq!(resume(&headers, query), expected, "{header:?} {query:?}");
        }
    }
}
