use super::{Time, TimeForm};
use crate::model::AuditEntry;
use leptos::prelude::*;

/// Entries of an audit log. On a narrow screen the cells are stacked; the roles keep the table.
#[component]
pub fn AuditTable(
    /// What to show.
    entries: Vec<AuditEntry>,
    /// The id of the heading above it.
    labelledby: &'static str,
) -> impl IntoView {
    view! {
        <table class="table stack" role="table" aria-labelledby=labelledby>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"When"</th>
                    <th role="columnheader" scope="col">"Who"</th>
                    <th role="columnheader" scope="col">"What"</th>
                    <th role="columnheader" scope="col">"To what"</th>
                    <th role="columnheader" scope="col">"From where"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                {entries.into_iter().map(|entry| view! { <Row entry /> }).collect_view()}
            </tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(entry: AuditEntry) -> impl IntoView {
    let small =
        |text: Option<String>| text.map(|text| view! { <span class="muted fence">{text}</span> });
    view! {
        <tr role="row">
            <td role="cell" data-label="When">
                <Time moment=entry.at form=TimeForm::Distance />
                <span class="muted fence">{format!("entry {}", entry.number)}</span>
            </td>
            <td role="cell" data-label="Who">{entry.who}</td>
            <td role="cell" data-label="What">
                <code>{entry.action}</code>
                {entry
                    .details
                    .into_iter()
                    .map(|(name, value)| small(Some(format!("{name}: {value}"))))
                    .collect_view()}
            </td>
            <td role="cell" data-label="To what" class="mono">{entry.subject}</td>
            <td role="cell" data-label="From where">
                <span>{entry.address.unwrap_or_else(|| "the server itself".into())}</span>
                {small(entry.user_agent)}
                {small(entry.request_id.map(|id| format!("request {id}")))}
            </td>
        </tr>
    }
}
