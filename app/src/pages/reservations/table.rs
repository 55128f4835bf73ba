use crate::{
    components::{Time, TimeForm, grouped},
    model::Reservation,
    routes,
};
use leptos::prelude::*;

/// Reservations, each with how many wait for it.
///
/// On a narrow screen the style sheet stacks the cells, which takes the table's meaning away from screen readers; the
/// roles keep it.
#[component]
pub(super) fn Table(reservations: Vec<(Reservation, usize)>) -> impl IntoView {
    view! {
        <table class="table stack" role="table" aria-labelledby="reservations-title">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Resource"</th>
                    <th role="columnheader" scope="col">"Requester"</th>
                    <th role="columnheader" scope="col">"API key"</th>
                    <th role="columnheader" scope="col">"Held for"</th>
                    <th role="columnheader" scope="col">"Expires"</th>
                    <th role="columnheader" scope="col" class="number">"Waiting"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                {reservations
                    .into_iter()
                    .map(|(reservation, waiting)| view! { <Row reservation waiting /> })
                    .collect_view()}
            </tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(reservation: Reservation, waiting: usize) -> impl IntoView {
    let to = routes::reservation(&reservation.resource, reservation.fencing_token);
    let tag = Some(reservation.resource_type).filter(|tag| tag != "UserDefined");
    view! {
        <tr role="row">
            <td role="cell" data-label="Resource">
                <a class="mono strong" href=to>{reservation.resource}</a>
                {tag.map(|tag| view! { <span class="badge">{tag}</span> })}
                {reservation.is_shared.then(|| view! { <span class="badge">"shared"</span> })}
                <span class="muted fence">{format!("fencing token {}", reservation.fencing_token)}</span>
            </td>
            <td role="cell" data-label="Requester" class="mono">
                {reservation.requester.unwrap_or_else(|| "not shown".into())}
            </td>
            <td role="cell" data-label="API key">{reservation.api_key_label}</td>
            <td role="cell" data-label="Held for">
                <Time moment=reservation.reserved_at form=TimeForm::Elapsed />
            </td>
            <td role="cell" data-label="Expires">
                {match reservation.expires_at {
                    Some(moment) => view! { <Time moment form=TimeForm::Distance /> }.into_any(),
                    None => "never".into_any(),
                }}
            </td>
            <td role="cell" data-label="Waiting" class="number">
                {if waiting == 0 { "nobody".to_owned() } else { grouped(waiting as u64) }}
            </td>
        </tr>
    }
}
