use crate::{components::grouped, model::Limit, routes};
use leptos::prelude::*;

/// From this part of it on, a limit is near.
const NEAR: u64 = 80;

/// Where the tenant stands with what its tier allows.
#[component]
pub fn Limits(limits: Vec<Limit>, tier: String) -> impl IntoView {
    let meters = limits
        .into_iter()
        .enumerate()
        .map(|(at, limit)| view! { <Meter at limit /> })
        .collect_view();
    view! {
        <section class="card" id="limits" data-live aria-labelledby="limits-title">
            <div class="card-head">
                <h2 id="limits-title">"Against the limits"</h2>
                <span class="badge">{tier}</span>
                <a class="button small push" href=routes::doc("limits")>"What each tier allows"</a>
            </div>
            <ul class="meters">{meters}</ul>
        </section>
    }
    .into_any()
}

/// How much of it is used, in whole parts of a hundred: nothing that is left looks like everything.
fn part(used: u64, allowed: u64) -> u64 {
    if allowed == 0 {
        return 100;
    }
    let part = u128::from(used) * 100 / u128::from(allowed);
    u64::try_from(part).unwrap_or(u64::MAX).min(100)
}

#[component]
fn Meter(at: usize, limit: Limit) -> impl IntoView {
    let id = format!("limit-{at}");
    let Limit {
        name,
        used,
        allowed,
    } = limit;
    let Some(allowed) = allowed else {
        return view! {
            <li>
                <span>{name}</span>
                <span class="muted">{format!("{}, unlimited", grouped(used))}</span>
            </li>
        }
        .into_any();
    };
    let part = part(used, allowed);
    let said = match part {
        100 => "used up",
        NEAR.. => "nearly used up",
        _ => "",
    };
    let text = format!("{} of {}", grouped(used), grouped(allowed));
    let tone = if said.is_empty() {
        "meter-used"
    } else {
        "meter-used near"
    };
    view! {
        <li>
            <span id=id.clone()>{name}</span>
            <span class="muted">
                {text.clone()}
                {(!said.is_empty()).then(|| view! { ", " <strong>{said}</strong> })}
            </span>
            <div
                class="meter"
                role="meter"
                aria-labelledby=id
                aria-valuemin="0"
                aria-valuemax=allowed
                aria-valuenow=used.min(allowed)
                aria-valuetext=text
            >
                <svg width="100%" height="8" aria-hidden="true">
                    <rect class="meter-room" width="100%" height="8" rx="4" />
                    <rect class=tone width=format!("{part}%") height="8" rx="4" />
                </svg>
            </div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_is_rounded_down_and_never_more_than_all() {
        assert_eq!(part(0, 10), 0);
        assert_eq!(part(9_999, 10_000), 99);
        assert_eq!(part(12, 10), 100);
        assert_eq!(part(0, 0), 100);
        assert_eq!(part(u64::MAX, u64::MAX), 100);
    }
}
