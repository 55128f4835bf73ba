use super::form::{Filled, SettingsFields};
use crate::{
    components::{Time, TimeForm},
    model::{Issuer, IssuerFailure},
    routes::{self, issuer_action as action},
};
use leptos::prelude::*;

/// Refusals that are shown; the others are counted.
const SHOWN: usize = 20;

/// One issuer: what it is, what happened, what can be done.
#[component]
pub(super) fn IssuerCard(issuer: Issuer, algorithms: Vec<String>, claim: String) -> impl IntoView {
    let title = format!("{}-title", issuer.id);
    let heading = title.clone();
    let state = match (issuer.enabled, &issuer.challenge) {
        (false, _) => "disabled",
        (true, Some(_)) => "not proven yet",
        (true, None) => "enabled",
    };
    let sum =
        |count: fn(&crate::model::IssuerHour) -> u64| issuer.hours.iter().map(count).sum::<u64>();
    let counts = format!(
        "In the last 24 hours: {} exchanged, {} refused.",
        sum(|hour| hour.exchanged),
        sum(|hour| hour.refused)
    );
    let keys = issuer.keys_url.clone().unwrap_or_else(|| "uploaded".into());
    view! {
        <section class="card" aria-labelledby=title>
            <div class="card-head">
                <h2 id=heading>{issuer.label.clone()}</h2>
                <span class="badge">{state}</span>
            </div>
            <dl class="facts">
                <dt>"Issuer"</dt><dd class="mono">{issuer.issuer.clone()}</dd>
                <dt>"Audience"</dt><dd class="mono">{issuer.audience.clone()}</dd>
                <dt>"Keys"</dt><dd class="mono">{keys}</dd>
                <dt>"Algorithms"</dt><dd>{issuer.algorithms.join(", ")}</dd>
            </dl>
            <p class="muted">{counts}</p>
            <Hours issuer=issuer.clone() />
            <Failures failures=issuer.failures.clone() />
            {issuer.challenge.clone().map(|challenge| view! { <Prove issuer=issuer.clone() challenge claim /> })}
            <Try issuer=issuer.clone() />
            <Change issuer=issuer.clone() algorithms />
            <Switch issuer />
        </section>
    }
    .into_any()
}

/// What a posted form says about the issuer.
#[component]
fn Fields(id: String, version: i64, action: &'static str) -> impl IntoView {
    view! {
        <input type="hidden" name="action" value=action />
        <input type="hidden" name="id" value=id />
        <input type="hidden" name="version" value=version />
    }
}

#[component]
fn Hours(issuer: Issuer) -> impl IntoView {
    let caption = format!("{}-hours", issuer.id);
    let rows = issuer
        .hours
        .iter()
        .map(|hour| {
            view! {
                <tr role="row">
                    <td role="cell" data-label="Hour (UTC)">{hour.hour.iso()[..16].replace('T', " ")}</td>
                    <td role="cell" data-label="Exchanged" class="number">{hour.exchanged}</td>
                    <td role="cell" data-label="Refused" class="number">{hour.refused}</td>
                </tr>
            }
        })
        .collect_view();
    (!issuer.hours.is_empty())
        .then(|| {
            view! {
                <details class="rotate">
                    <summary id=caption.clone()>"By the hour"</summary>
                    <table class="table stack" role="table" aria-labelledby=caption>
                        <thead role="rowgroup"><tr role="row">
                            <th role="columnheader" scope="col">"Hour (UTC)"</th>
                            <th role="columnheader" scope="col" class="number">"Exchanged"</th>
                            <th role="columnheader" scope="col" class="number">"Refused"</th>
                        </tr></thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                </details>
            }
        })
        .into_any()
}

#[component]
fn Failures(failures: Vec<IssuerFailure>) -> impl IntoView {
    if failures.is_empty() {
        return ().into_any();
    }
    let rows = failures
        .into_iter()
        .take(SHOWN)
        .map(|failure| {
            view! {
                <li>
                    <Time moment=failure.at form=TimeForm::Distance />
                    ": not " {failure.demand}
                    {failure.address.map(|address| view! { <span class="muted">" from "{address}</span> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="rotate">
            <summary>"Last refusals, and the check that failed"</summary>
            <ul>{rows}</ul>
        </details>
    }
    .into_any()
}

#[component]
fn Prove(issuer: Issuer, challenge: String, claim: String) -> impl IntoView {
    let field = format!("{}-proof", issuer.id);
    view! {
        <div class="notice">
            <p>
                <strong>"This audience is not proven to be yours."</strong>
                " Have the issuer sign a token for it with the claim " <code>{claim}</code> " set to "
                <code>{challenge}</code> ", and paste it here."
            </p>
            <form class="fields" method="post" action=routes::ISSUERS>
                <Fields id=issuer.id version=issuer.version action=action::PROVE />
                <label for=field.clone()>"The token"</label>
                <textarea id=field class="input mono" name="jwt" rows="3" required=true spellcheck="false" autocomplete="off"></textarea>
                <button class="button">"Prove"</button>
            </form>
        </div>
    }
    .into_any()
}

#[component]
fn Try(issuer: Issuer) -> impl IntoView {
    let field = format!("{}-jwt", issuer.id);
    view! {
        <details class="rotate">
            <summary>"Try a token…"</summary>
            <form class="fields" method="post" action=routes::ISSUERS>
                <Fields id=issuer.id version=issuer.version action=action::TEST />
                <label for=field.clone()>"A JWT of this issuer. Nothing is issued, and it is not kept."</label>
                <textarea id=field class="input mono" name="jwt" rows="3" required=true spellcheck="false" autocomplete="off"></textarea>
                <button class="button">"Try it"</button>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn Change(issuer: Issuer, algorithms: Vec<String>) -> impl IntoView {
    let text = |number: Option<String>| number.unwrap_or_default();
    let filled = Filled {
        label: issuer.label,
        algorithms: issuer.algorithms,
        keys_url: issuer.keys_url.unwrap_or_default(),
        one_time: issuer.one_time,
        max_age: text(issuer.max_age_seconds.map(|age| age.to_string())),
        max_ttl: issuer.max_ttl_seconds.to_string(),
        max_active: text(issuer.max_active.map(|most| most.to_string())),
    };
    view! {
        <details class="rotate">
            <summary>"Change settings…"</summary>
            <form class="fields" method="post" action=routes::ISSUERS>
                <p class="muted">"Tokens that were issued before stop working at once; your users exchange again."</p>
                <Fields id=issuer.id.clone() version=issuer.version action=action::CHANGE />
                <SettingsFields prefix=issuer.id filled algorithms keep=true />
                <button class="button primary">"Save settings"</button>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn Switch(issuer: Issuer) -> impl IntoView {
    let (switch, word) = if issuer.enabled {
        (action::DISABLE, "Disable")
    } else {
        (action::ENABLE, "Enable")
    };
    let (id, version) = (issuer.id.clone(), issuer.version);
    view! {
        <div class="actions">
            <form method="post" action=routes::ISSUERS>
                <Fields id=id version=version action=switch />
                <button class="button">{word}</button>
            </form>
            <details class="rotate">
                <summary>"Delete…"</summary>
                <form method="post" action=routes::ISSUERS>
                    <p>"Its users' tokens stop working at once. What they hold ends with its time."</p>
                    <Fields id=issuer.id version=version action=action::DELETE />
                    <button class="button danger">"Delete issuer"</button>
                </form>
            </details>
        </div>
    }
    .into_any()
}
