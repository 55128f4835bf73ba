use super::slots::{Legend, Squares};
use crate::{model::Resource, routes};
use leptos::prelude::*;

/// Blockers that are named in the list; the others are counted.
const NAMED: usize = 3;

/// The definitions.
#[component]
pub(super) fn Table(resources: Vec<Resource>) -> impl IntoView {
    view! {
        <table class="table stack" role="table" aria-labelledby="definitions-title">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Resource"</th>
                    <th role="columnheader" scope="col">"Slots"</th>
                    <th role="columnheader" scope="col">"Blockers"</th>
                    <th role="columnheader" scope="col">"Lock delay"</th>
                    <th role="columnheader" scope="col"><span class="unseen">"Edit"</span></th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                {resources.into_iter().map(|resource| view! { <Row resource /> }).collect_view()}
            </tbody>
        </table>
        <Legend />
    }
    .into_any()
}

#[component]
fn Row(resource: Resource) -> impl IntoView {
    let Resource {
        name,
        blocks,
        tree_path,
        lock_delay_seconds,
        ..
    } = resource.clone();
    let to = routes::resource(&name);
    let edit = format!("Edit {name}");
    let path = (!tree_path.is_empty()).then(|| format!("in {}", tree_path.join(" > ")));
    view! {
        <tr role="row">
            <td role="cell" data-label="Resource">
                <span class="mono strong">{name}</span>
                {path.map(|path| view! { <span class="muted fence">{path}</span> })}
            </td>
            <td role="cell" data-label="Slots"><span><Squares resource /></span></td>
            <td role="cell" data-label="Blockers">
                <span>{blockers(&blocks)}</span>
            </td>
            <td role="cell" data-label="Lock delay">
                {lock_delay_seconds.map_or_else(|| "none".to_owned(), |seconds| format!("{seconds} s"))}
            </td>
            <td role="cell" data-label="">
                <a class="button small" href=to aria-label=edit>"Edit"</a>
            </td>
        </tr>
    }
}

fn blockers(blocks: &[String]) -> AnyView {
    if blocks.is_empty() {
        return "none".into_any();
    }
    let named = blocks[..blocks.len().min(NAMED)].join(", ");
    let more = blocks.len().saturating_sub(NAMED);
    view! {
        <span class="mono">{named}</span>
        {(more > 0).then(|| format!(" and {more} more"))}
    }
    .into_any()
}
