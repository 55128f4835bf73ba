use super::{instead, signed_in};
use crate::{
    components::{KeyPanel, Layout, LiveState, ReservationsTable, TimeTicker},
    error::AppError,
    model::{Account, ApiKey, ReservationPage, Shown},
    ports,
};
use leptos::prelude::*;

/// How many reservations the page lists.
const LISTED: u32 = 100;

/// The default key, the first calls made with it, and what is reserved.
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
    api_key: ApiKey,
    page: ReservationPage,
}

async fn load() -> Result<Data, AppError> {
    let (keys, reservations) = (ports::keys()?, ports::reservations()?);
    let account = signed_in().await?;
    let api_key = keys.default_key().await?;
    let page = reservations.active(LISTED).await?;
    Ok(Data {
        account,
        api_key,
        page,
    })
}

#[component]
fn Loaded(loaded: Data) -> impl IntoView {
    let Data {
        account,
        api_key,
        page,
    } = loaded;
    let limit = account.active_limit;
    let (name, tier, id) = (
        account.tenant_name.clone(),
        account.tier.clone(),
        account.tenant_id.clone(),
    );
    let base_url = ports::site().base_url;
    let shown = use_context::<Shown>();
    view! {
        <Layout title="Dashboard".into() account=Some(account)>
            <div class="page-head">
                <h1>{name}</h1>
                <span class="badge">{tier}</span>
                <span class="muted mono tenant">{id}</span>
                <LiveState />
            </div>
            <KeyPanel api_key base_url shown />
            <ReservationsTable page limit />
            <TimeTicker />
        </Layout>
    }
}
