use crate::{
    components::{Time, TimeForm, grouped},
    model::{ApiKey, Use, UsedKey},
    routes,
};
use leptos::prelude::*;

/// The list of keys, with how each is used.
#[component]
pub(super) fn Table(keys: Vec<UsedKey>, managed: Option<String>) -> impl IntoView {
    view! {
        <section class="card" id="keys" data-live aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <table class="table stack" role="table" aria-labelledby="keys-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Label"</th>
                        <th role="columnheader" scope="col">"Key"</th>
                        <th role="columnheader" scope="col">"Created"</th>
                        <th role="columnheader" scope="col">"Last used"</th>
                        <th role="columnheader" scope="col">"Today"</th>
                        <th role="columnheader" scope="col"><span class="unseen">"Manage"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {keys
                        .into_iter()
                        .map(move |used| {
                            let is_managed = managed.as_ref() == Some(&used.key.id);
                            view! { <Row used is_managed /> }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Row(used: UsedKey, is_managed: bool) -> impl IntoView {
    let UsedKey {
        key: api_key,
        usage,
    } = used;
    let ApiKey {
        id,
        label,
        hint,
        is_default,
        created_at,
        created_by,
        rotated_at,
        ..
    } = api_key;
    let name = format!("Manage {label}");
    let manage = format!("{}?key={id}", routes::KEYS);
    view! {
        <tr role="row">
            <td role="cell" data-label="Label">
                <span class="strong">{label}</span>
                {(is_default).then(|| view! { <span class="badge">"default"</span> })}
                <span class="muted mono fence">{id}</span>
            </td>
            <td role="cell" data-label="Key" class="mono">{hint}</td>
            <td role="cell" data-label="Created">
                <span>
                    <Time moment=created_at form=TimeForm::Distance />
                    <span class="muted fence">{format!("by {created_by}")}</span>
                    {rotated_at.map(|moment| view! {
                        <span class="muted fence">"rotated " <Time moment form=TimeForm::Distance /></span>
                    })}
                </span>
            </td>
            <td role="cell" data-label="Last used">{last_use(usage.last)}</td>
            <td role="cell" data-label="Today">
                <span>
                    {count(usage.requests_today, "request")}
                    {(usage.refusals_today > 0).then(|| view! {
                        <span class="muted fence">{count(usage.refusals_today, "refusal")}</span>
                    })}
                </span>
            </td>
            <td role="cell" data-label="">
                <a class="button small" href=manage aria-label=name aria-current=is_managed.then_some("true")>
                    "Manage"
                </a>
            </td>
        </tr>
    }
}

fn last_use(last: Option<Use>) -> AnyView {
    let Some(last) = last else {
        return "never".into_any();
    };
    view! {
        <span>
            <Time moment=last.at form=TimeForm::Distance />
            <span class="muted fence">{last.from}</span>
            <span class="muted fence">{last.user_agent}</span>
        </span>
    }
    .into_any()
}

/// `1 request`, `1,200 requests`.
fn count(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {what}{s}", grouped(number))
}
