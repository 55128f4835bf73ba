//! What has happened: `GET /events`, as it happens, and `GET /events/history`.

pub(super) mod history;
pub(super) mod stream;

use super::requester::{Requesters, Sight};
use crate::{
    api::extract::Query, auth::api_key::ApiPrincipal, domain::events::EventFilter,
    events::EVENT_TYPES, problem::Problem,
};

/// Reads which events are asked for, and refuses an end user who asks for another's.
fn read_filter(query: &mut Query, principal: &ApiPrincipal) -> Result<EventFilter, Problem> {
    let kind = query.take("type");
    if kind
        .as_deref()
        .is_some_and(|kind| !EVENT_TYPES.contains(&kind))
    {
        query.problems.add(
            "type",
            format_args!("must be one of {}", EVENT_TYPES.join(", ")),
        );
    }
    let filter = EventFilter {
        principal: Sight::of(principal).principal(),
        resource: query.take("resource"),
        prefix: query.take("prefix"),
        requester: query.take("requester"),
        kind,
        api_key_label: query.take("apiKeyLabel"),
    };
    let mut requesters = Requesters::of(principal);
    requesters.note(filter.requester.as_deref());
    requesters.check()?;
    Ok(filter)
}
