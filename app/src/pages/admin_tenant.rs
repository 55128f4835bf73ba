use super::{admin::TIERS, instead, param, path, signed_in};
use crate::{
    components::{AuditTable, Layout, Time, TimeForm, TimeTicker},
    error::AppError,
    model::{Account, AuditPage, Suspension, Tenant, TenantView},
    ports,
    routes::{self, admin},
};
use leptos::prelude::*;

/// One tenant, for the operator's people.
#[component]
pub fn AdminTenant() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Loaded loaded /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

struct Data {
    account: Account,
    found: TenantView,
    log: AuditPage,
}

async fn load() -> Result<Data, AppError> {
    let port = ports::admin()?;
    let path = path();
    let id = path.rsplit('/').next().unwrap_or_default();
    let account = signed_in().await?;
    let found = port.tenant(id).await?;
    let log = port.log_of(id, param("before").parse().ok()).await?;
    Ok(Data {
        account,
        found,
        log,
    })
}

fn done() -> Option<&'static str> {
    match param(routes::DONE).as_str() {
        admin::SET_TIER => Some("The tier has been changed; it acts on the next request."),
        admin::SUSPEND => Some("The tenant is suspended; its keys are refused from now on."),
        admin::RESUME => Some("The suspension has ended."),
        _ => None,
    }
}

#[component]
fn Loaded(loaded: Data) -> impl IntoView {
    let Data {
        account,
        found: TenantView { tenant, owner },
        log,
    } = loaded;
    let to = routes::tenant(&tenant.id);
    let older = log.next.map(|next| format!("{to}?before={next}"));
    view! {
        <Layout title=tenant.name.clone() account=Some(account)>
            <div class="page-head">
                <h1>{tenant.name.clone()}</h1>
                <span class="badge">{tenant.tier.clone()}</span>
                {tenant.suspended.is_some().then(|| view! { <span class="badge">"suspended"</span> })}
                <span class="muted mono tenant">{tenant.id.clone()}</span>
            </div>
            {done().map(|done| view! { <p class="notice" role="status">{done}</p> })}
            <Facts tenant=tenant.clone() owner />
            <SetTier to=to.clone() tier=tenant.tier />
            <Suspend to suspension=tenant.suspended />
            <section class="card" aria-labelledby="log-title">
                <h2 id="log-title">"Audit log"</h2>
                <p class="muted">"The tenant's owner reads the same, and that you looked."</p>
                <AuditTable entries=log.entries labelledby="log-title" />
                {older.map(|to| view! { <p><a class="button small" href=to>"Older entries"</a></p> })}
            </section>
            <TimeTicker />
        </Layout>
    }
}

#[component]
fn Facts(tenant: Tenant, owner: Option<(String, String)>) -> impl IntoView {
    let owner = owner.map_or_else(
        || "nobody has claimed it yet".to_owned(),
        |(issuer, subject)| format!("{issuer} {subject}"),
    );
    view! {
        <section class="card" aria-labelledby="facts-title">
            <h2 id="facts-title">"What it is and uses"</h2>
            <table class="table">
                <tbody>
                    <tr><th scope="row">"Owner"</th><td><code>{owner}</code></td></tr>
                    <tr><th scope="row">"E-mail"</th><td>{tenant.email.unwrap_or_else(|| "none".into())}</td></tr>
                    <tr>
                        <th scope="row">"Made"</th>
                        <td><Time moment=tenant.created_at form=TimeForm::Distance /></td>
                    </tr>
                    <tr><th scope="row">"Active reservations"</th><td>{tenant.active_reservations}</td></tr>
                    <tr><th scope="row">"API keys"</th><td>{tenant.api_keys}</td></tr>
                </tbody>
            </table>
        </section>
    }
}

#[component]
fn SetTier(to: String, tier: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="tier-title">
            <h2 id="tier-title">"Change tier"</h2>
            <form class="fields" method="post" action=to>
                <input type="hidden" name="action" value=admin::SET_TIER />
                <label for="tier">"Tier"</label>
                <select id="tier" class="input" name="tier">
                    {TIERS
                        .map(|name| view! { <option value=name selected=name == tier>{name}</option> })
                        .into_iter()
                        .collect_view()}
                </select>
                <Reason id="tier-reason" />
                <div><button class="button">"Change tier"</button></div>
            </form>
        </section>
    }
}

#[component]
fn Suspend(to: String, suspension: Option<Suspension>) -> impl IntoView {
    let is_suspended = suspension.is_some();
    let (title, action) = if is_suspended {
        ("Resume", admin::RESUME)
    } else {
        ("Suspend", admin::SUSPEND)
    };
    view! {
        <section class="card" aria-labelledby="suspend-title">
            <h2 id="suspend-title">{title}</h2>
            {suspension
                .map(|Suspension { at, reason }| {
                    view! {
                        <p>
                            "Suspended " <Time moment=at form=TimeForm::Distance /> ": " {reason.unwrap_or_default()}
                        </p>
                    }
                })}
            {(!is_suspended)
                .then(|| {
                    view! {
                        <p class="muted">
                            "Its keys are refused at once, also for requests under way. Reservations stay, and expire as they "
                            "would have."
                        </p>
                    }
                })}
            <form class="fields" method="post" action=to>
                <input type="hidden" name="action" value=action />
                <Reason id="suspend-reason" />
                <div><button class="button" class:danger=!is_suspended>{title}</button></div>
            </form>
        </section>
    }
}

#[component]
fn Reason(id: &'static str) -> impl IntoView {
    view! {
        <label for=id>"Reason (the tenant's owner reads it)"</label>
        <input id=id class="input" name="reason" required=true maxlength="500" autocomplete="off" />
    }
}
