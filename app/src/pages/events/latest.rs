use super::address;
use crate::{model::EventQuery, routes};
use leptos::prelude::*;

#[expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties"
)]
/// What stands above the newest events: the way to those that have happened since the page was made.
#[component]
pub(super) fn Latest(
    /// The filter in force.
    filter: EventQuery,
    /// The revision of the newest event that is shown; none when nothing is.
    newest: Option<u64>,
) -> impl IntoView {
    let to = address(routes::EVENTS, &filter, ("", ""));
    view! {
        <p class="actions">
            <a class="button small" href=to>"Refresh"</a>
            {newest.map(|newest| view! { <span class="muted">{format!("Newest shown: revision {newest}")}</span> })}
        </p>
    }
}
