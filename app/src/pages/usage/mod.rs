//! `/dashboard/usage`: what was used, and what of it is allowed.

mod demand;
mod limits;
mod series;
#[cfg(test)]
mod tests;

use super::{instead, query, signed_in};
use crate::{
    components::{
        Call, Chart, ChartTones, CopyCode, Layout, LiveState, PLACEHOLDER_KEY, TimeTicker, grouped,
    },
    error::AppError,
    model::{Account, Usage as Used, UsageRange},
    ports, routes,
};
use demand::Demand;
use leptos::prelude::*;
pub(super) use limits::Limits;
use series::Series;

/// What the tenant uses.
#[component]
pub fn Usage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((account, range, usage)) => view! { <Loaded account range usage /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

async fn load() -> Result<(Account, UsageRange, Used), AppError> {
    let usage = ports::usage()?;
    let account = signed_in().await?;
    let range = match query("range") {
        None => UsageRange::default(),
        Some(code) => UsageRange::parse(&code)
            .ok_or_else(|| AppError::Invalid("The range of this page is 24h or 7d.".into()))?,
    };
    let used = usage.usage(range).await?;
    Ok((account, range, used))
}

const fn in_words(range: UsageRange) -> &'static str {
    match range {
        UsageRange::Day => "24 hours",
        UsageRange::Week => "7 days",
    }
}

/// What one column is.
const fn unit(range: UsageRange) -> &'static str {
    match range {
        UsageRange::Day => "hour",
        UsageRange::Week => "four hours",
    }
}

#[component]
fn Loaded(account: Account, range: UsageRange, usage: Used) -> impl IntoView {
    let tier = account.tier.clone();
    let ranges = UsageRange::ALL
        .map(|one| {
            let to = format!("{}?range={}", routes::USAGE, one.code());
            let current = (one == range).then_some("true");
            view! { <a class="button small" href=to aria-current=current>{in_words(one)}</a> }
        })
        .into_iter()
        .collect_view();
    let is_short = usage.kept_hours < range.hours();
    let kept = usage.kept_hours;
    let has_any = !usage.hours.is_empty();
    let demand = usage.demand.clone();
    view! {
        <Layout title="Usage".into() account=Some(account)>
            <div class="page-head">
                <h1>"Usage"</h1>
                <nav class="actions" aria-label="How far back">{ranges}</nav>
                <LiveState />
            </div>
            {is_short.then(|| view! {
                <p class="notice">{format!("{tier} keeps {kept} hours of this. What is older is not shown.")}</p>
            })}
            <Limits limits=usage.limits.clone() tier=tier.clone() />
            {if has_any {
                view! { <Charts usage range /> }.into_any()
            } else {
                view! { <Empty range /> }.into_any()
            }}
            <Demand demand range />
            <TimeTicker />
        </Layout>
    }
    .into_any()
}

#[component]
fn Charts(usage: Used, range: UsageRange) -> impl IntoView {
    let now = ports::now();
    let unit = unit(range);
    let by_key = Series::by_label(&usage, range, now);
    let by_kind = Series::by_kind(&usage, range, now);
    let refused = Series::by_limit(&usage, range, now);
    view! {
        <ChartTones />
        <Shown id="by-key" title=format!("Operations per {unit}, by API key") series=by_key range>
            "A batch counts one operation for each of its items, as the quotas do. A key has the label that it had then; what "
            "exchanged tokens did has the label of their issuer."
        </Shown>
        <Shown id="by-kind" title=format!("Reads and writes per {unit}") series=by_kind range>
            "Lists, checks and verifications are reads, everything else is a write. The two have quotas of their own."
        </Shown>
        <Shown id="by-limit" title=format!("Refused with 429 per {unit}, by limit") series=refused range>
            "Each one says by its " <code>"limitType"</code> " which limit it was: " <a href=routes::doc("limits")>"limits"</a> "."
        </Shown>
    }
    .into_any()
}

#[component]
fn Shown(
    id: &'static str,
    title: String,
    series: Series,
    range: UsageRange,
    children: Children,
) -> impl IntoView {
    let total = series.total();
    let summary = format!(
        "Columns: {}, the last {}. {} in all. {}",
        title,
        in_words(range),
        grouped(total),
        series.peak()
    );
    let row = match range {
        UsageRange::Day => "Hour",
        UsageRange::Week => "From",
    };
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-head">
                <h2 id=id>{title}</h2>
                <span class="badge">{format!("{} in all", grouped(total))}</span>
            </div>
            <p class="muted">{children()}</p>
            {if total == 0 {
                view! { <p class="empty">{format!("None in the last {}.", in_words(range))}</p> }.into_any()
            } else {
                view! { <Chart summary row series=series.names columns=series.columns /> }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Empty(range: UsageRange) -> impl IntoView {
    let code = Call::Reserve.curl(&ports::site().base_url, PLACEHOLDER_KEY);
    view! {
        <section class="card" aria-labelledby="nothing-title">
            <h2 id="nothing-title">"Operations"</h2>
            <div class="empty">
                <p class="empty-title">{format!("Nothing was asked in the last {}", in_words(range))}</p>
                <p class="muted">
                    "Run this with one of " <a href=routes::KEYS>"your keys"</a>
                    ", then load this page again a few seconds later: you will see how much each key does in an hour, reads and "
                    "writes, and what was refused by a limit."
                </p>
            </div>
            <CopyCode label="Reserve".into() code />
        </section>
    }
    .into_any()
}
