use super::{instead, signed_in, usage::Limits};
use crate::{
    components::{
        EventEntry, FirstSteps, KeyPanel, Layout, LiveState, ReservationsTable, TimeTicker,
    },
    error::AppError,
    model::{
        Account, Event, EventPlace, EventQuery, FirstSteps as Steps, Limit, ReservationPage, Shown,
        UsedKey,
    },
    ports, routes,
};
use leptos::prelude::*;

/// How many reservations the page lists.
const LISTED: u32 = 100;
/// How many events.
const LAST: usize = 5;

/// What is to be seen at a glance: the default key, the first calls made with it, the limits, what is reserved, and what has
/// happened last.
///
/// As the answer to a posted form there is a [`Shown`] in context; only then does the document hold a value.
#[component]
pub fn Dashboard() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Loaded loaded /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

struct Data {
    account: Account,
    used: UsedKey,
    page: ReservationPage,
    steps: Option<Steps>,
    limits: Vec<Limit>,
    events: Vec<Event>,
}

async fn load() -> Result<Data, AppError> {
    let (keys, reservations) = (ports::keys()?, ports::reservations()?);
    let (events, usage) = (ports::events()?, ports::usage()?);
    let account = signed_in().await?;
    let used = keys.default_key().await?;
    let page = reservations.active(LISTED).await?;
    let steps = events.first_steps().await?;
    let everything = EventQuery::default();
    let newest = events.page(&everything, EventPlace::Newest).await?;
    Ok(Data {
        account,
        used,
        page,
        steps,
        limits: usage.limits().await?,
        events: newest.events.into_iter().take(LAST).collect(),
    })
}

#[component]
fn Loaded(loaded: Data) -> impl IntoView {
    let Data {
        account,
        used,
        page,
        steps,
        limits,
        events,
    } = loaded;
    let limit = account.active_limit;
    let (name, tier, id) = (
        account.tenant_name.clone(),
        account.tier.clone(),
        account.tenant_id.clone(),
    );
    let base_url = ports::site().base_url;
    let shown = use_context::<Shown>();
    let cut = used.usage.cut();
    view! {
        <Layout title="Dashboard".into() account=Some(account)>
            <div class="page-head">
                <h1>{name}</h1>
                <span class="badge">{tier.clone()}</span>
                <span class="muted mono tenant">{id}</span>
                <LiveState />
            </div>
            <div id="first-steps" data-live>{steps.map(|steps| view! { <FirstSteps steps /> })}</div>
            <KeyPanel api_key=used.key base_url shown cut />
            <ReservationsTable page limit />
            <Last events />
            <Limits limits tier />
            <TimeTicker />
        </Layout>
    }
}

#[component]
fn Last(events: Vec<Event>) -> impl IntoView {
    let now = ports::now();
    view! {
        <section class="card" id="last-events" data-live aria-labelledby="last-events-title">
            <div class="card-head">
                <h2 id="last-events-title">"Last events"</h2>
                <a class="button small push" href=routes::EVENTS>"All events"</a>
            </div>
            {if events.is_empty() {
                view! {
                    <div class="empty">
                        <p class="empty-title">"Nothing has happened yet"</p>
                        <p class="muted">
                            "Every grant, release, expiry and renewal appears here, with the label of the key that did it."
                        </p>
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <ol class="feed" aria-labelledby="last-events-title">
                        {events.into_iter().map(|event| view! { <EventEntry event now /> }).collect_view()}
                    </ol>
                }
                    .into_any()
            }}
        </section>
    }
    .into_any()
}
