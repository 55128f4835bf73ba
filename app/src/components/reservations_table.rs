use super::{Time, TimeForm};
use crate::{
    model::{Reservation, ReservationPage},
    routes,
};
use leptos::prelude::*;

/// The active reservations, or what to do to see one.
///
/// On a narrow screen the style sheet stacks the cells, which takes the table's meaning away from screen readers; the
/// roles keep it.
#[component]
pub fn ReservationsTable(
    /// What to show.
    page: ReservationPage,
    /// The tier's limit; none: unlimited.
    limit: Option<u64>,
) -> impl IntoView {
    let count = match limit {
        Some(limit) => format!("{} of {}", grouped(page.active), grouped(limit)),
        None => grouped(page.active),
    };
    let shown = page.reservations.len();
    view! {
        <section class="card" id="reservations" data-live aria-labelledby="reservations-title">
            <div class="card-head">
                <h2 id="reservations-title">"Active reservations"</h2>
                <span class="badge">{count}</span>
            </div>
            {if page.reservations.is_empty() {
                view! { <Empty /> }.into_any()
            } else {
                view! { <Table reservations=page.reservations /> }.into_any()
            }}
            {page.more.then(|| view! { <p class="muted">{format!("The first {shown} are shown. ")}
                <a href=routes::RESERVATIONS>"All reservations"</a></p> })}
        </section>
    }
    .into_any()
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">"Nothing is reserved"</p>
            <p class="muted">
                "Run the first command above: you will see who holds what, since when, and when it "
                "comes free by itself."
            </p>
        </div>
    }
}

#[component]
fn Table(reservations: Vec<Reservation>) -> impl IntoView {
    view! {
        <table class="table stack" role="table" aria-labelledby="reservations-title">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Resource"</th>
                    <th role="columnheader" scope="col">"Requester"</th>
                    <th role="columnheader" scope="col">"API key"</th>
                    <th role="columnheader" scope="col">"Held for"</th>
                    <th role="columnheader" scope="col">"Expires"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                {reservations.into_iter().map(|reservation| view! { <Row reservation /> }).collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Row(reservation: Reservation) -> impl IntoView {
    let to = routes::reservation(&reservation.resource, reservation.fencing_token);
    let tag = Some(reservation.resource_type).filter(|tag| tag != "UserDefined");
    view! {
        <tr role="row">
            <td role="cell" data-label="Resource">
                <a class="mono strong" href=to title=reservation.metadata>{reservation.resource}</a>
                {tag.map(|tag| view! { <span class="badge">{tag}</span> })}
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
        </tr>
    }
}

/// `10000` as `10,000`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
