use super::in_words;
use crate::{
    components::{Time, TimeForm, grouped},
    model::{Demand as Demanded, Lengths, ResourceUse, UsageRange},
    routes,
};
use leptos::prelude::*;

/// The resources that are most in demand.
#[component]
pub(super) fn Demand(demand: Demanded, range: UsageRange) -> impl IntoView {
    let Demanded {
        resources,
        counted_since,
        known_since,
    } = demand;
    let is_empty = resources.is_empty();
    let is_calm = resources
        .iter()
        .all(|one| one.refusals + one.waits.count == 0);
    let rows = resources
        .into_iter()
        .map(|one| view! { <Row one /> })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="demand-title">
            <h2 id="demand-title">"Most contended resources"</h2>
            {(is_calm && !is_empty).then(|| view! {
                <p>"Nobody was refused a resource because of somebody else, and nobody waited. These were granted most."</p>
            })}
            {if is_empty {
                view! {
                    <div class="empty">
                        <p class="empty-title">"Nothing was reserved or refused"</p>
                        <p class="muted">
                            "Whatever is asked for by two at once appears here: how often the second one was refused, how long he "
                            "waited, and how long the first one held it."
                        </p>
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <table class="table stack" role="table" aria-labelledby="demand-title">
                        <thead role="rowgroup">
                            <tr role="row">
                                <th role="columnheader" scope="col">"Resource"</th>
                                <th role="columnheader" scope="col" class="number">"Refused"</th>
                                <th role="columnheader" scope="col" class="number">"Waits"</th>
                                <th role="columnheader" scope="col" class="number">"Grants"</th>
                                <th role="columnheader" scope="col" class="number">"Holds"</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
            <p class="muted">
                "Refusals (" <code>"ALREADY_HELD"</code> ", " <code>"NOT_AVAILABLE"</code>
                ") and waits that ended are counted in memory, since " <Time moment=counted_since form=TimeForm::Distance />
                ". Grants and holds that ended are read from the events of the last "
                {in_words(range)}
                {known_since.map(|since| view! { ", as far as the last ones go back: " <Time moment=since form=TimeForm::Distance /> })}
                "."
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn Row(one: ResourceUse) -> impl IntoView {
    let to = routes::with_query(routes::EVENTS, &[("resource", &one.resource)]);
    let least = if one.is_partial { "at least " } else { "" };
    view! {
        <tr role="row">
            <td role="cell" data-label="Resource"><a class="mono strong" href=to>{one.resource}</a></td>
            <td role="cell" data-label="Refused" class="number">{format!("{least}{}", grouped(one.refusals))}</td>
            <td role="cell" data-label="Waits" class="number"><Times lengths=one.waits least /></td>
            <td role="cell" data-label="Grants" class="number">{grouped(one.grants)}</td>
            <td role="cell" data-label="Holds" class="number"><Times lengths=one.holds least="" /></td>
        </tr>
    }
    .into_any()
}

#[component]
fn Times(lengths: Lengths, least: &'static str) -> impl IntoView {
    let told = (lengths.count > 0).then(|| {
        let (mean, longest) = (length(lengths.mean), length(lengths.longest));
        view! { <span class="muted fence">{format!("mean {mean}, longest {longest}")}</span> }
    });
    view! { <span>{format!("{least}{}", grouped(lengths.count))}</span> {told} }
}

/// A length of time in its two largest units.
fn length(micros: u64) -> String {
    let millis = micros / 1_000;
    let seconds = millis / 1_000;
    let two = |large: u64, name: &str, small: u64, other: &str| match small {
        0 => format!("{large} {name}"),
        _ => format!("{large} {name} {small} {other}"),
    };
    match seconds {
        _ if millis == 0 => "under 1 ms".into(),
        0 => format!("{millis} ms"),
        1..10 => format!("{seconds}.{} s", millis / 100 % 10),
        10..60 => format!("{seconds} s"),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds / 60 % 60, "min"),
        _ => two(seconds / 86_400, "d", seconds / 3_600 % 24, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_length_is_told_in_its_two_largest_units() {
        for (micros, expected) in [
            (0, "under 1 ms"),
            (999, "under 1 ms"),
            (120_400, "120 ms"),
            (4_260_000, "4.2 s"),
            (42_000_000, "42 s"),
            (60_000_000, "1 min"),
            (185_000_000, "3 min 5 s"),
            (7_500_000_000, "2 h 5 min"),
            (90_000_000_000, "1 d 1 h"),
        ] {
            assert_eq!(length(micros), expected);
        }
    }
}
