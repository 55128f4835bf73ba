use super::{instead, param, signed_in};
use crate::{
    components::{AuditTable, Layout, TimeTicker},
    error::AppError,
    model::{Account, AuditPage},
    ports, routes,
};
use leptos::prelude::*;
use leptos_router::location::Url;

/// What the filter offers: the beginning of an action, and what those are about.
const KINDS: [(&str, &str); 8] = [
    ("", "Everything"),
    ("api_key.", "API keys"),
    ("session.", "Sign-ins and sessions"),
    ("tenant.", "Tenant"),
    ("reservation.", "Forced releases"),
    ("resource.", "Resources"),
    ("issuer.", "Trusted issuers"),
    ("admin.", "Views by the operator's people"),
];

/// Who did what to this tenant.
#[component]
pub fn Audit() -> impl IntoView {
    Suspend::new(async move {
        let action = param("action");
        match load(&action).await {
            Ok((account, page)) => view! { <Loaded account page action /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

async fn load(action: &str) -> Result<(Account, AuditPage), AppError> {
    let audit = ports::audit()?;
    let account = signed_in().await?;
    let page = audit.entries(action, param("before").parse().ok()).await?;
    Ok((account, page))
}

/// A path of the log's, with the filter in force.
fn filtered(path: &str, action: &str) -> String {
    format!("{path}?action={}", Url::escape(action))
}

#[component]
fn Loaded(account: Account, page: AuditPage, action: String) -> impl IntoView {
    let older = page
        .next
        .map(|next| format!("{}&before={next}", filtered(routes::AUDIT, &action)));
    let (lines, csv) = (
        filtered(routes::AUDIT_LINES, &action),
        filtered(routes::AUDIT_CSV, &action),
    );
    view! {
        <Layout title="Audit log".into() account=Some(account)>
            <div class="page-head">
                <h1 id="audit-title">"Audit log"</h1>
            </div>
            <section class="card" aria-label="Entries">
                <form class="filter" method="get" action=routes::AUDIT>
                    <label for="action">"Show"</label>
                    <select id="action" class="input" name="action">
                        {KINDS
                            .map(|(value, name)| {
                                view! { <option value=value selected=value == action>{name}</option> }
                            })
                            .into_iter()
                            .collect_view()}
                    </select>
                    <button class="button">"Filter"</button>
                    <span class="actions push">
                        <a class="button small" href=lines download="">"Export JSON Lines"</a>
                        <a class="button small" href=csv download="">"Export CSV"</a>
                    </span>
                </form>
                {if page.entries.is_empty() {
                    view! {
                        <div class="empty">
                            <p class="empty-title">"Nothing to show"</p>
                            <p class="muted">
                                "Changes of keys, settings and sessions are kept here for two years, each bound to the one "
                                "before by a hash."
                            </p>
                        </div>
                    }
                        .into_any()
                } else {
                    view! { <AuditTable entries=page.entries labelledby="audit-title" /> }.into_any()
                }}
                {older.map(|to| view! { <p><a class="button small" href=to>"Older entries"</a></p> })}
            </section>
            <TimeTicker />
        </Layout>
    }
}
