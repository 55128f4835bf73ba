//! `/dashboard/reservations`: who holds what, and one of them with everything there is to say about it.

mod detail;
mod metadata;
mod table;
#[cfg(test)]
mod tests;

use super::{instead, param, query, signed_in};
use crate::{
    components::{
        Call, CopyCode, Failure, Layout, LiveState, PLACEHOLDER_KEY, TextFields, TimeTicker,
    },
    error::AppError,
    model::{Account, RefusedForm, ReservationList, ReservationQuery, ReservationView},
    ports,
    routes::{self, reservation_action as action},
};
use detail::Detail;
use leptos::prelude::*;
use table::Table;

/// The active reservations of the tenant, or one of them.
///
/// As the answer to a form there may be a [`RefusedForm`] in context.
#[component]
pub fn Reservations() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((account, Shown::One(reservation))) => {
                view! { <One account reservation /> }.into_any()
            }
            Ok((account, Shown::List { list, query, gone })) => {
                view! { <List account list query gone /> }.into_any()
            }
            Err(error) => instead(error),
        }
    })
}

/// What the query asks for.
enum Shown {
    One(Box<ReservationView>),
    List {
        list: ReservationList,
        query: ReservationQuery,
        /// The reservation that was asked for has ended.
        gone: bool,
    },
}

async fn load() -> Result<(Account, Shown), AppError> {
    let reservations = ports::reservations()?;
    let account = signed_in().await?;
    let mut gone = false;
    if let (Some(resource), Some(token)) = (query("resource"), query("token")) {
        let found = match token.parse() {
            Ok(token) => reservations.find(&resource, token).await,
            Err(_) => Err(AppError::NotFound),
        };
        match found {
            Ok(found) => return Ok((account, Shown::One(Box::new(found)))),
            Err(AppError::NotFound) => gone = true,
            Err(error) => return Err(error),
        }
    }
    let query = ReservationQuery {
        requester: param("requester"),
        label: param("label"),
        prefix: param("prefix"),
        resource_type: param("type"),
        cursor: param("cursor"),
    };
    let list = reservations.list(&query).await?;
    Ok((account, Shown::List { list, query, gone }))
}

/// What the form before this page did.
fn done() -> Option<&'static str> {
    (param(routes::DONE) == action::FORCE_RELEASE).then_some(
        "The reservation has ended. Why, and by whom, is in the audit log; whoever waited is served in order.",
    )
}

#[component]
fn One(account: Account, reservation: Box<ReservationView>) -> impl IntoView {
    let title = reservation.reservation.resource.clone();
    let refused = use_context::<RefusedForm>();
    view! {
        <Layout title account=Some(account)>
            {refused.clone().map(|refused| view! { <Failure error=refused.error /> })}
            <Detail view=*reservation refused />
            <TimeTicker />
        </Layout>
    }
    .into_any()
}

#[component]
fn List(
    account: Account,
    list: ReservationList,
    query: ReservationQuery,
    gone: bool,
) -> impl IntoView {
    let refused = use_context::<RefusedForm>();
    let gone = gone && refused.is_none();
    if gone && let Some(respond) = ports::respond() {
        respond.status(AppError::NotFound.status());
    }
    let first = (!query.cursor.is_empty()).then(|| address(routes::RESERVATIONS, &query, ""));
    let next = list
        .next
        .as_ref()
        .map(|next| address(routes::RESERVATIONS, &query, next));
    let pages = first.is_some() || next.is_some();
    let is_empty = list.reservations.is_empty();
    let has_more = next.is_some();
    let filter = query.clone();
    let (lines, csv) = (
        address(routes::RESERVATIONS_LINES, &query, ""),
        address(routes::RESERVATIONS_CSV, &query, ""),
    );
    view! {
        <Layout title="Reservations".into() account=Some(account)>
            <div class="page-head">
                <h1 id="reservations-title">"Reservations"</h1>
                <LiveState />
                <span class="actions push">
                    <a class="button small" href=lines download="">"Export JSON Lines"</a>
                    <a class="button small" href=csv download="">"Export CSV"</a>
                </span>
            </div>
            {done().map(|done| view! { <p class="notice" role="status">{done}</p> })}
            {refused.map(|refused| view! { <Failure error=refused.error /> })}
            {gone.then(|| view! {
                <p class="notice" role="status">
                    "The reservation that you asked for has ended: it was released, or its time was over. What is held now is below."
                </p>
            })}
            <section class="card" aria-label="Active reservations">
                <Filter query=filter />
                <div id="reservations" data-live>
                    {if is_empty {
                        view! { <Empty query has_more /> }.into_any()
                    } else {
                        view! { <Table reservations=list.reservations /> }.into_any()
                    }}
                </div>
                {pages.then(|| view! {
                    <nav class="actions" aria-label="Pages of the list">
                        {first.map(|to| view! { <a class="button small" href=to>"First page"</a> })}
                        {next.map(|to| view! { <a class="button small" href=to>"Next page"</a> })}
                    </nav>
                })}
            </section>
            <TimeTicker />
        </Layout>
    }
    .into_any()
}

/// A path with this filter in its query, and a place of the list.
fn address(path: &str, query: &ReservationQuery, cursor: &str) -> String {
    let fields = [
        ("requester", query.requester.as_str()),
        ("label", &query.label),
        ("prefix", &query.prefix),
        ("type", &query.resource_type),
        ("cursor", cursor),
    ];
    routes::with_query(path, &fields)
}

#[component]
fn Filter(query: ReservationQuery) -> impl IntoView {
    let is_filtered = query.is_filtered();
    let fields = [
        ("requester", "Requester", query.requester, 256),
        ("label", "API key label", query.label, 64),
        ("prefix", "Resource begins with", query.prefix, 256),
        ("type", "Type", query.resource_type, 64),
    ];
    view! {
        <form class="filter-fields" method="get" action=routes::RESERVATIONS>
            <TextFields fields />
            <div class="actions">
                <button class="button">"Filter"</button>
                {is_filtered.then(|| view! { <a class="button" href=routes::RESERVATIONS>"Show all"</a> })}
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Empty(query: ReservationQuery, has_more: bool) -> impl IntoView {
    if has_more {
        return view! {
            <div class="empty">
                <p class="empty-title">"None of those looked at so far matches"</p>
                <p class="muted">"There are more than one look goes through. The next page goes on from there."</p>
            </div>
        }
        .into_any();
    }
    if query.is_filtered() || !query.cursor.is_empty() {
        return view! {
            <div class="empty">
                <p class="empty-title">"No active reservation matches"</p>
                <p class="muted">"Requester, label and type have to be equal, capitals included; of a resource the beginning is enough."</p>
            </div>
        }
        .into_any();
    }
    let code = Call::Reserve.curl(&ports::site().base_url, PLACEHOLDER_KEY);
    view! {
        <div class="empty">
            <p class="empty-title">"Nothing is reserved"</p>
            <p class="muted">
                "Run this with one of " <a href=routes::KEYS>"your keys"</a>
                ", then load this page again: you will see who holds what, since when, when it comes free by itself, and how "
                "many wait for it."
            </p>
        </div>
        <CopyCode label="Reserve".into() code />
    }
    .into_any()
}
