use crate::{
    model::{Event, Moment},
    routes,
};
use leptos::prelude::*;

/// The drawing of an event's type, in a square of 16.
fn drawing(kind: &str) -> &'static str {
    match kind {
        // A lock, shut.
        "RESERVED" => "M4 7h8v6H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
        // The same, open.
        "UNRESERVED" => "M4 7h8v6H4zM5.5 7V4.5a2.5 2.5 0 0 1 4.8-1",
        // A clock.
        "RESERVATION_EXPIRED" => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.5V8l2.5 1.5",
        // An arrow around.
        "RESERVATION_RENEWED" => "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
        // A sheet with a plus, and with a minus.
        "RESOURCE_REGISTERED" => "M4 2h8v12H4zM8 5.5v5M5.5 8h5",
        "RESOURCE_DELETED" => "M4 2h8v12H4zM5.5 8h5",
        _ => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z",
    }
}

/// Everything that there is to say of an event: names and values.
fn facts(event: Event) -> Vec<(&'static str, String)> {
    let Event {
        revision,
        at,
        kind,
        resource,
        requester,
        by_token,
        label,
        fencing_token,
        reserved_at,
        expires_at,
        reason,
        holds,
        resource_type,
        transaction_id,
        is_shared,
        metadata,
        ..
    } = event;
    let of_reservation = requester.is_some();
    let held = if is_shared { "shared" } else { "exclusively" };
    let ends = expires_at.map_or_else(|| "never".to_owned(), Moment::iso);
    let whose = if by_token { "Token issuer" } else { "API key" };
    [
        ("Type", Some(kind)),
        ("Revision", Some(revision.to_string())),
        ("At", Some(at.iso())),
        ("Resource", Some(resource)),
        ("Requester", requester),
        (
            whose,
            Some(label.unwrap_or_else(|| "none: done on the dashboard".into())),
        ),
        (
            "Fencing token",
            fencing_token.map(|token| token.to_string()),
        ),
        ("Held", of_reservation.then(|| held.to_owned())),
        (
            "Holds",
            Some(holds.join(", ")).filter(|holds| !holds.is_empty()),
        ),
        ("Reserved at", reserved_at.map(Moment::iso)),
        ("Expires at", of_reservation.then_some(ends)),
        ("Resource type", resource_type),
        ("Reason", reason),
        ("Transaction", transaction_id),
        ("Metadata", metadata),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// An event of the feed. It knows no server, so that it can be made in a browser too.
#[component]
pub fn EventEntry(
    /// What happened.
    event: Event,
    /// When it is shown.
    now: Moment,
) -> impl IntoView {
    let word = event.word().to_owned();
    let path = drawing(&event.kind);
    let (revision, at) = (event.revision, event.at);
    let (iso, distance) = (at.iso(), at.relative(now));
    let history = routes::with_query(routes::EVENTS, &[("resource", &event.resource)]);
    let resource = event.resource.clone();
    let who = event.requester.clone();
    let with = event.label.clone();
    let (by, token) = (who.is_some(), event.fencing_token);
    let facts = facts(event)
        .into_iter()
        .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> })
        .collect_view();
    view! {
        <li class="event">
            <svg class="event-icon" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true"><path d=path /></svg>
            <div class="event-body">
                <p class="event-line">
                    <span class="strong">{word}</span>
                    " "
                    <a class="mono" href=history>{resource}</a>
                    <time class="muted push" datetime=iso.clone() title=iso data-micros=at.0>{distance}</time>
                </p>
                <p class="muted">
                    {who.map(|who| view! { "by " <span class="mono">{who}</span> " " })}
                    {match with {
                        Some(label) => format!("with {label}"),
                        None if by => "from the dashboard".to_owned(),
                        None => "on the dashboard".to_owned(),
                    }}
                    {token.map(|token| format!(", fencing token {token}"))}
                </p>
                <details class="rotate" id=format!("event-{revision}")>
                    <summary>"Details" <span class="unseen">{format!(" of event {revision}")}</span></summary>
                    <dl class="facts">{facts}</dl>
                </details>
            </div>
        </li>
    }
}
