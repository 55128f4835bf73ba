//! `/dashboard/events`: what has happened, the newest first.

#[cfg(test)]
mod tests;

use super::{instead, param, query, signed_in};
use crate::{
    components::{
        Call, CopyCode, EventEntry, Layout, LiveState, PLACEHOLDER_KEY, Problem, TextFields,
        TimeTicker, described,
    },
    error::AppError,
    model::{Account, EVENT_KINDS, EventPage, EventPlace, EventQuery},
    ports, routes,
};
use leptos::prelude::*;

/// What has happened to the tenant's reservations and definitions.
#[component]
pub fn Events() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Loaded loaded /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

struct Data {
    account: Account,
    query: EventQuery,
    place: EventPlace,
    page: EventPage,
}

async fn load() -> Result<Data, AppError> {
    let events = ports::events()?;
    let account = signed_in().await?;
    let query = EventQuery {
        kind: param("type"),
        label: param("label"),
        resource: param("resource"),
        prefix: param("prefix"),
        requester: param("requester"),
    };
    let place = match (revision("before")?, revision("after")?) {
        (Some(before), None) => EventPlace::Before(before),
        (None, Some(after)) => EventPlace::After(after),
        (None, None) => EventPlace::Newest,
        _ => {
            return Err(AppError::Invalid(
                "Ask for events before a revision or after one.".into(),
            ));
        }
    };
    let page = if query.has_known_kind() {
        events.page(&query, place).await?
    } else {
        if let Some(respond) = ports::respond() {
            respond.status(400);
        }
        EventPage::default()
    };
    Ok(Data {
        account,
        query,
        place,
        page,
    })
}

/// A place in the log, if the address names one.
fn revision(name: &str) -> Result<Option<u64>, AppError> {
    let Some(text) = query(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let wrong =
        |_| AppError::Invalid("The address names a place in the log that there is not.".into());
    text.parse().map(Some).map_err(wrong)
}

/// A path with this filter in its query, and one more field.
fn address(path: &str, query: &EventQuery, more: (&str, &str)) -> String {
    let mut fields = query.fields().to_vec();
    fields.push(more);
    routes::with_query(path, &fields)
}

#[component]
fn Loaded(loaded: Data) -> impl IntoView {
    let Data {
        account,
        query,
        place,
        page,
    } = loaded;
    let now = ports::now();
    let (lines, csv) = (
        address(routes::EVENTS_LINES, &query, ("", "")),
        address(routes::EVENTS_CSV, &query, ("", "")),
    );
    let to = |name, revision: Option<u64>| {
        revision.map(|revision| address(routes::EVENTS, &query, (name, &revision.to_string())))
    };
    let (newer, older) = (to("after", page.newer), to("before", page.older));
    let newest = newer
        .as_ref()
        .map(|_| address(routes::EVENTS, &query, ("", "")));
    let pages = newer.is_some() || older.is_some();
    let oldest = page.oldest;
    // What is older than the newest page does not change.
    let is_live = place == EventPlace::Newest && query.has_known_kind();
    let has_older = older.is_some();
    let entries = page.events;
    view! {
        <Layout title="Events".into() account=Some(account)>
            <div class="page-head">
                <h1 id="events-title">"Events"</h1>
                {is_live.then(|| view! { <LiveState /> })}
                <span class="actions push">
                    <a class="button small" href=lines download="">"Export JSON Lines"</a>
                    <a class="button small" href=csv download="">"Export CSV"</a>
                </span>
            </div>
            <section class="card" aria-label="Feed">
                <Filter query=query.clone() />
                <div id="feed" data-live>
                    {if entries.is_empty() {
                        view! { <Empty query has_older oldest /> }.into_any()
                    } else {
                        view! {
                            <ol class="feed" aria-labelledby="events-title">
                                {entries.into_iter().map(|event| view! { <EventEntry event now /> }).collect_view()}
                            </ol>
                        }
                            .into_any()
                    }}
                </div>
                {pages.then(|| view! {
                    <nav class="actions" aria-label="Pages of the log">
                        {newest.map(|to| view! { <a class="button small" href=to>"Newest"</a> })}
                        {newer.map(|to| view! { <a class="button small" href=to>"Newer"</a> })}
                        {older.map(|to| view! { <a class="button small" href=to>"Older"</a> })}
                    </nav>
                })}
                {oldest.map(|oldest| view! {
                    <p class="muted">{format!("The oldest event that is kept has revision {oldest}. How long events are kept, ")}
                        <a href=routes::doc("limits")>"the tier says"</a> "."</p>
                })}
            </section>
            <TimeTicker />
        </Layout>
    }
    .into_any()
}

#[component]
fn Filter(query: EventQuery) -> impl IntoView {
    let is_filtered = query.is_filtered();
    let problem = (!query.has_known_kind())
        .then(|| format!("There is no type {:?}. Choose one of the list.", query.kind));
    let chosen = query.kind.clone();
    let options = [("", "Everything")].into_iter().chain(EVENT_KINDS);
    let options = options
        .map(|(kind, word)| view! { <option value=kind selected=kind == chosen>{word}</option> })
        .collect_view();
    let fields = [
        ("label", "API key label", query.label, 64),
        ("resource", "Resource", query.resource, 256),
        ("prefix", "Resource begins with", query.prefix, 256),
        ("requester", "Requester", query.requester, 256),
    ];
    view! {
        <form class="filter-fields" method="get" action=routes::EVENTS>
            <div>
                <label for="type">"Type"</label>
                <select
                    id="type"
                    class="input"
                    name="type"
                    aria-invalid=problem.is_some().then_some("true")
                    aria-describedby=described("type", problem.as_ref())
                >
                    {options}
                </select>
                <Problem field="type" problem />
            </div>
            <TextFields fields />
            <div class="actions">
                <button class="button">"Filter"</button>
                {is_filtered.then(|| view! { <a class="button" href=routes::EVENTS>"Show all"</a> })}
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Empty(query: EventQuery, has_older: bool, oldest: Option<u64>) -> impl IntoView {
    if has_older {
        return view! {
            <div class="empty">
                <p class="empty-title">"None of those looked at so far matches"</p>
                <p class="muted">"There are more than one look goes through. Older goes on from there."</p>
            </div>
        }
        .into_any();
    }
    if query.is_filtered() || oldest.is_some() {
        return view! {
            <div class="empty">
                <p class="empty-title">"No event matches"</p>
                <p class="muted">
                    "Label, resource and requester have to be equal, capitals included; with \"begins with\" the beginning of "
                    "a resource is enough. A label is the one that the key had then."
                </p>
            </div>
        }
        .into_any();
    }
    let code = Call::Reserve.curl(&ports::site().base_url, PLACEHOLDER_KEY);
    view! {
        <div class="empty">
            <p class="empty-title">"Nothing has happened yet"</p>
            <p class="muted">
                "Every grant, release, expiry and renewal is an event, and every change of a definition. Run this with one of "
                <a href=routes::KEYS>"your keys"</a> ", then load this page again."
            </p>
        </div>
        <CopyCode label="Reserve".into() code />
    }
    .into_any()
}
