use super::{instead, param, signed_in};
use crate::{
    components::{Layout, TimeTicker},
    error::AppError,
    model::{Account, Tenant, TenantPage, TenantQuery},
    ports, routes,
};
use leptos::prelude::*;
use leptos_router::location::Url;

/// The tiers, as a form names them.
pub(super) const TIERS: [&str; 4] = ["Free", "Starter", "Pro", "Enterprise"];

/// All tenants, for the operator's people.
#[component]
pub fn Admin() -> impl IntoView {
    Suspend::new(async move {
        let query = TenantQuery {
            text: param("q"),
            tier: param("tier"),
            after: param("after"),
        };
        match load(&query).await {
            Ok((account, page)) => view! { <Loaded account page query /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

async fn load(query: &TenantQuery) -> Result<(Account, TenantPage), AppError> {
    let admin = ports::admin()?;
    let account = signed_in().await?;
    Ok((account, admin.tenants(query).await?))
}

#[component]
fn Loaded(account: Account, page: TenantPage, query: TenantQuery) -> impl IntoView {
    let TenantQuery { text, tier, .. } = query;
    let next = page.next.map(|next| {
        let (text, tier) = (Url::escape(&text), Url::escape(&tier));
        format!("{}?q={text}&tier={tier}&after={next}", routes::ADMIN)
    });
    view! {
        <Layout title="Tenants".into() account=Some(account)>
            <div class="page-head"><h1 id="tenants-title">"Tenants"</h1></div>
            <section class="card" aria-label="Search">
                <form class="filter" method="get" action=routes::ADMIN>
                    <label for="q">"Id, name or e-mail"</label>
                    <input id="q" class="input" type="search" name="q" value=text maxlength="200" />
                    <label for="tier">"Tier"</label>
                    <select id="tier" class="input" name="tier">
                        <option value="">"Any"</option>
                        {TIERS
                            .map(|name| view! { <option value=name selected=name == tier>{name}</option> })
                            .into_iter()
                            .collect_view()}
                    </select>
                    <button class="button">"Search"</button>
                </form>
                {if page.tenants.is_empty() {
                    view! {
                        <div class="empty">
                            <p class="empty-title">"No tenant matches"</p>
                            <p class="muted">"Search by a whole id, or by a part of a name or an e-mail address."</p>
                        </div>
                    }
                        .into_any()
                } else {
                    view! { <Table tenants=page.tenants /> }.into_any()
                }}
                {next.map(|to| view! { <p><a class="button small" href=to>"Next page"</a></p> })}
            </section>
            <TimeTicker />
        </Layout>
    }
}

#[component]
fn Table(tenants: Vec<Tenant>) -> impl IntoView {
    view! {
        <table class="table stack" role="table" aria-labelledby="tenants-title">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Tenant"</th>
                    <th role="columnheader" scope="col">"E-mail"</th>
                    <th role="columnheader" scope="col">"Tier"</th>
                    <th role="columnheader" scope="col">"Reservations"</th>
                    <th role="columnheader" scope="col">"Keys"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                {tenants.into_iter().map(|tenant| view! { <Row tenant /> }).collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Row(tenant: Tenant) -> impl IntoView {
    view! {
        <tr role="row">
            <td role="cell" data-label="Tenant">
                <a href=routes::tenant(&tenant.id)>{tenant.name}</a>
                {tenant.suspended.map(|_| view! { <span class="badge">"suspended"</span> })}
                <span class="muted fence mono">{tenant.id}</span>
            </td>
            <td role="cell" data-label="E-mail">{tenant.email.unwrap_or_else(|| "none".into())}</td>
            <td role="cell" data-label="Tier">{tenant.tier}</td>
            <td role="cell" data-label="Reservations">{tenant.active_reservations}</td>
            <td role="cell" data-label="Keys">{tenant.api_keys}</td>
        </tr>
    }
}
