mod table;

use super::{instead, query, signed_in};
use crate::{
    components::{Failure, Layout, LiveState, ShownKey, Time, TimeForm, TimeTicker, grouped},
    error::AppError,
    model::{Account, ApiKey, KeyList, KeyUsage, Refused, Shown, UsedKey},
    ports,
    routes::{self, action},
};
use leptos::prelude::*;
use table::Table;

/// Keys on a page of the list.
const LISTED: u32 = 100;
/// The longest label, in characters.
const LONGEST_LABEL: usize = 64;

/// All keys of the tenant.
///
/// As the answer to a posted form there may be a [`Shown`] in context (only then does the document hold a value) or a
/// [`Refused`].
#[component]
pub fn Keys() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(data) => view! { <Loaded data /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

struct Data {
    account: Account,
    list: KeyList,
    /// The page of the list, from 1.
    page: u64,
    managed: Option<UsedKey>,
}

async fn load() -> Result<Data, AppError> {
    let keys = ports::keys()?;
    let account = signed_in().await?;
    let page = query("page")
        .and_then(|page| page.parse::<u64>().ok())
        .filter(|page| *page > 0)
        .unwrap_or(1);
    let skipped = (page - 1).saturating_mul(LISTED.into());
    let list = keys.list(skipped, LISTED).await?;
    let managed = match query("key") {
        // The key that a form has just ended is not there any more.
        Some(id) => match keys.find(&id).await {
            Err(AppError::NotFound) => None,
            found => Some(found?),
        },
        None => None,
    };
    Ok(Data {
        account,
        list,
        page,
        managed,
    })
}

#[component]
fn Loaded(data: Data) -> impl IntoView {
    let Data {
        account,
        list,
        page,
        managed,
    } = data;
    let used = match list.limit {
        Some(limit) => format!("{} of {limit} used", list.count),
        None => format!("{} used", list.count),
    };
    let tier = account.tier.clone();
    let refused = use_context::<Refused>();
    let typed = refused.as_ref().map(|refused| refused.label.clone());
    let managed_id = managed.as_ref().map(|used| used.key.id.clone());
    let pages = list.count.div_ceil(LISTED.into()).max(1);
    view! {
        <Layout title="API keys".into() account=Some(account)>
            <div class="page-head">
                <h1>"API keys"</h1>
                <span class="badge">{used}</span>
                <LiveState />
            </div>
            {done().map(|done| view! { <p class="notice" role="status">{done}</p> })}
            {refused.map(|refused| view! { <Failure error=refused.error /> })}
            {use_context::<Shown>().map(|shown| view! { <ShownKey shown /> })}
            {managed.map(|used| view! { <Manage used typed=typed.clone() /> })}
            {managed_id.is_none().then(|| view! { <Create list=list.clone() tier typed /> })}
            <Table keys=list.keys managed=managed_id />
            <Pages page pages />
            <TimeTicker />
        </Layout>
    }
}

/// What the form before this page did.
fn done() -> Option<&'static str> {
    match query(routes::DONE)?.as_str() {
        action::RENAME => Some("The key has its new label. Events that happened keep the old one."),
        action::REVOKE => Some("The key is revoked: its value is refused everywhere."),
        _ => None,
    }
}

#[component]
fn Create(list: KeyList, tier: String, typed: Option<String>) -> impl IntoView {
    let is_full = list.limit.is_some_and(|limit| list.count >= limit);
    view! {
        <section class="card" aria-labelledby="create-title">
            <h2 id="create-title">"Create a key"</h2>
            <p class="muted">
                "A key for each application or worker: its label is in the list of reservations and in every event, so you "
                "see who did what."
            </p>
            {if is_full {
                view! { <p class="notice">{full(&list, &tier)}</p> }.into_any()
            } else {
                view! {
                    <form class="fields" method="post" action=routes::KEYS>
                        <input type="hidden" name="action" value=action::CREATE />
                        <label for="label">"Label"</label>
                        <input
                            id="label"
                            class="input"
                            name="label"
                            required=true
                            maxlength=LONGEST_LABEL
                            autocomplete="off"
                            placeholder="worker-prod"
                            value=typed
                        />
                        <button class="button primary">"Create key"</button>
                    </form>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

/// Why there is no form.
fn full(list: &KeyList, tier: &str) -> String {
    let has = match list.limit {
        Some(1) => format!("{tier} has one key, the default key."),
        Some(limit) => format!("{tier} has {limit} keys, and all of them are in use."),
        None => String::new(),
    };
    match &list.lifted_by {
        Some(more) => format!(
            "{has} {more} has more. A key that is no longer needed can be rotated or revoked."
        ),
        None => has,
    }
}

/// Everything that can be done with one key.
#[component]
fn Manage(used: UsedKey, typed: Option<String>) -> impl IntoView {
    let UsedKey {
        key: api_key,
        usage,
    } = used;
    let label = typed.unwrap_or_else(|| api_key.label.clone());
    let here = format!("{}?key={}", routes::KEYS, api_key.id);
    view! {
        <section class="card" aria-labelledby="manage-title">
            <div class="card-head">
                <h2 id="manage-title">{api_key.label.clone()}</h2>
                <code class="mono muted">{api_key.hint.clone()}</code>
                <a class="button small push" href=routes::KEYS>"Close"</a>
            </div>
            <Former usage=usage.clone() />
            <form class="actions" method="post" action=here.clone()>
                <Hidden api_key=api_key.clone() action=action::REVEAL />
                <button class="button">"Reveal"</button>
            </form>
            <form class="fields" method="post" action=here.clone()>
                <Hidden api_key=api_key.clone() action=action::RENAME />
                <label for="new-label">"Label"</label>
                <input
                    id="new-label"
                    class="input"
                    name="label"
                    required=true
                    maxlength=LONGEST_LABEL
                    autocomplete="off"
                    value=label
                />
                <button class="button">"Rename"</button>
            </form>
            <details class="rotate">
                <summary>"Rotate this key"</summary>
                <div class="rotate-body">
                    <p>
                        "The old value stops working at once: requests that use it, also those under way, are answered "
                        <strong>"401 Unauthorized"</strong> ". Reservations stay as they are."
                    </p>
                    <p>{usage.cut()}</p>
                    <form method="post" action=here.clone()>
                        <Hidden api_key=api_key.clone() action=action::ROTATE />
                        <button class="button danger">"Rotate key"</button>
                    </form>
                </div>
            </details>
            {if api_key.is_default {
                view! { <p class="muted">"The default key can be rotated, not revoked."</p> }.into_any()
            } else {
                view! { <Revoke api_key here /> }.into_any()
            }}
        </section>
    }
    .into_any()
}

/// Who has not learnt the new value yet.
#[component]
fn Former(usage: KeyUsage) -> impl IntoView {
    let KeyUsage {
        old_value_uses,
        old_value_last,
        ..
    } = usage;
    old_value_last.map(|last| {
        let times = if old_value_uses == 1 {
            "once".to_owned()
        } else {
            format!("{} times", grouped(old_value_uses))
        };
        let from = last.from.map(|from| format!(", from {from}"));
        view! {
            <p class="notice">
                {format!("Somebody still uses an old value: {times} since the rotation, the last time ")}
                <Time moment=last.at form=TimeForm::Distance />
                {from}
                "."
            </p>
        }
    })
}

#[component]
fn Revoke(api_key: ApiKey, here: String) -> impl IntoView {
    let label = api_key.label.clone();
    view! {
        <details class="rotate">
            <summary>"Revoke this key"</summary>
            <div class="rotate-body">
                <p>
                    "The key ends for good, at once. What it reserved stays reserved until it is released or expires."
                </p>
                <form class="fields" method="post" action=here>
                    <Hidden api_key action=action::REVOKE />
                    <label for="confirm">"Type " <strong>{label}</strong> " to confirm"</label>
                    <input id="confirm" class="input" name="label" required=true autocomplete="off" />
                    <button class="button danger">"Revoke key"</button>
                </form>
            </div>
        </details>
    }
}

#[component]
fn Hidden(api_key: ApiKey, action: &'static str) -> impl IntoView {
    view! {
        <input type="hidden" name="action" value=action />
        <input type="hidden" name="key" value=api_key.id />
        <input type="hidden" name="version" value=api_key.version />
    }
}

#[component]
fn Pages(page: u64, pages: u64) -> impl IntoView {
    let link = |to: u64, text: &'static str| {
        let href = format!("{}?page={to}", routes::KEYS);
        view! { <a class="button small" href=href>{text}</a> }
    };
    (pages > 1).then(|| {
        view! {
            <nav class="actions" aria-label="Pages of the list">
                {(page > 1).then(|| link(page - 1, "Previous"))}
                <span class="muted">{format!("Page {page} of {pages}")}</span>
                {(page < pages).then(|| link(page + 1, "Next"))}
            </nav>
        }
    })
}
