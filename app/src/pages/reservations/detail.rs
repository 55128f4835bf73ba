use super::metadata::pretty;
use crate::{
    components::{Problem, Time, TimeForm, described},
    model::{HoldView, RefusedForm, Reservation, ReservationView, Waiter},
    routes::{self, reservation_action as action},
};
use leptos::prelude::*;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Everything that there is to say about one reservation, and the way to end it.
#[component]
pub(super) fn Detail(view: ReservationView, refused: Option<RefusedForm>) -> impl IntoView {
    let ReservationView {
        reservation,
        by_token,
        holds,
        queue,
    } = view;
    let name = reservation.resource.clone();
    let metadata = reservation.metadata.clone();
    let is_open = refused.is_some();
    view! {
        <div class="page-head">
            <h1 class="mono">{name}</h1>
            {reservation.is_shared.then(|| view! { <span class="badge">"shared"</span> })}
            <a class="button small push" href=routes::RESERVATIONS>"All reservations"</a>
        </div>
        <Facts reservation=reservation.clone() by_token />
        <Holds holds=holds.clone() />
        {metadata.map(|metadata| view! {
            <section class="card" aria-labelledby="metadata-title">
                <h2 id="metadata-title">"Metadata"</h2>
                <div class="code">
                    <pre tabindex="0" role="region" aria-label="Metadata"><code>{pretty(&metadata)}</code></pre>
                </div>
            </section>
        })}
        <Queue queue=queue.clone() />
        <ForceRelease reservation holds queue refused is_open />
    }
    .into_any()
}

#[component]
fn Facts(reservation: Reservation, by_token: bool) -> impl IntoView {
    let Reservation {
        requester,
        is_shared,
        api_key_label,
        reserved_at,
        expires_at,
        fencing_token,
        resource_type,
        ..
    } = reservation;
    let held = if is_shared {
        "shared with others who share it"
    } else {
        "exclusively"
    };
    let key = if by_token { "Token issuer" } else { "API key" };
    view! {
        <section class="card" aria-labelledby="facts-title">
            <h2 id="facts-title">"Who holds it"</h2>
            <dl class="facts">
                <dt>"Requester"</dt>
                <dd class="mono">{requester.unwrap_or_else(|| "not shown".into())}</dd>
                <dt>{key}</dt><dd>{api_key_label}</dd>
                <dt>"Held"</dt><dd>{held}</dd>
                <dt>"Since"</dt>
                <dd><Time moment=reserved_at form=TimeForm::Distance /> <span class="muted">" "{reserved_at.iso()}</span></dd>
                <dt>"Expires"</dt>
                <dd>
                    {match expires_at {
                        Some(moment) => view! {
                            <Time moment form=TimeForm::Distance /> <span class="muted">" "{moment.iso()}</span>
                        }
                            .into_any(),
                        None => "never: it ends when it is released".into_any(),
                    }}
                </dd>
                <dt>"Fencing token"</dt><dd class="mono">{fencing_token}</dd>
                <dt>"Type"</dt><dd>{resource_type}</dd>
            </dl>
        </section>
    }
    .into_any()
}

/// How a hold came to be one.
fn role(at: usize, hold: &HoldView) -> String {
    match (at, &hold.pool) {
        (0, None) => "what was asked for".into(),
        (0, Some(pool)) => format!("a slot of {pool}"),
        (_, None) => "a blocker, held together with it".into(),
        (_, Some(pool)) => format!("a blocker: a slot of {pool}"),
    }
}

#[component]
fn Holds(holds: Vec<HoldView>) -> impl IntoView {
    let rows = holds
        .into_iter()
        .enumerate()
        .map(|(at, hold)| {
            let role = role(at, &hold);
            let delay = hold
                .lock_delay_seconds
                .map_or_else(|| "none".to_owned(), |seconds| format!("{seconds} s"));
            view! {
                <tr role="row">
                    <td role="cell" data-label="Held">
                        <span class="mono strong">{hold.name}</span>
                        <span class="muted fence">{role}</span>
                    </td>
                    <td role="cell" data-label="Path" class="mono">
                        {hold.path.unwrap_or_else(|| "in no tree".into())}
                    </td>
                    <td role="cell" data-label="Lock delay">{delay}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="holds-title">
            <h2 id="holds-title">"What it holds"</h2>
            <table class="table stack" role="table" aria-labelledby="holds-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Held"</th>
                        <th role="columnheader" scope="col">"Path"</th>
                        <th role="columnheader" scope="col">"Lock delay"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Queue(queue: Vec<Waiter>) -> impl IntoView {
    let count = queue.len();
    let rows = queue
        .into_iter()
        .enumerate()
        .map(|(at, waiter)| {
            view! {
                <tr role="row">
                    <td role="cell" data-label="Place" class="number">{at + 1}</td>
                    <td role="cell" data-label="Requester">
                        <span class="mono strong">{waiter.requester}</span>
                        <span class="muted fence">{format!("with {}", waiter.api_key_label)}</span>
                    </td>
                    <td role="cell" data-label="Asks for" class="mono">{waiter.resources.join(", ")}</td>
                    <td role="cell" data-label="Waits for"><Time moment=waiter.since form=TimeForm::Elapsed /></td>
                    <td role="cell" data-label="Gives up"><Time moment=waiter.until form=TimeForm::Distance /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="queue-title">
            <div class="card-head">
                <h2 id="queue-title">"Who waits for it"</h2>
                <span class="badge">{count}</span>
            </div>
            {if count == 0 {
                view! {
                    <p class="muted">
                        "Nobody. A request with " <code>"waitSeconds"</code>
                        " stands here in line until it is served, or until its time is over."
                    </p>
                }
                    .into_any()
            } else {
                view! {
                    <table class="table stack" role="table" aria-labelledby="queue-title">
                        <thead role="rowgroup">
                            <tr role="row">
                                <th role="columnheader" scope="col" class="number">"Place"</th>
                                <th role="columnheader" scope="col">"Requester"</th>
                                <th role="columnheader" scope="col">"Asks for"</th>
                                <th role="columnheader" scope="col">"Waits for"</th>
                                <th role="columnheader" scope="col">"Gives up"</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
        </section>
    }
    .into_any()
}

/// What those learn who are waiting.
fn then(holds: &[HoldView], queue: &[Waiter]) -> String {
    let delay = holds
        .iter()
        .filter_map(|hold| hold.lock_delay_seconds)
        .max();
    let next = match queue.first() {
        Some(next) if queue.len() == 1 => format!("{}, who waits, stays in line", next.requester),
        Some(next) => format!(
            "{} and {} more stay in line",
            next.requester,
            queue.len() - 1
        ),
        None => "Nobody waits for it".into(),
    };
    match (delay, queue.is_empty()) {
        (Some(seconds), true) => {
            format!("{next}. It stays closed to everybody for {seconds} s, its lock delay.")
        }
        (Some(seconds), false) => format!(
            "{next}: it stays closed to everybody for {seconds} s, its lock delay, and is then given out in that order."
        ),
        (None, true) => format!("{next}. It is free at once."),
        (None, false) => format!("{next}, and whoever is first gets it at once."),
    }
}

#[component]
fn ForceRelease(
    reservation: Reservation,
    holds: Vec<HoldView>,
    queue: Vec<Waiter>,
    refused: Option<RefusedForm>,
    is_open: bool,
) -> impl IntoView {
    let here = routes::reservation(&reservation.resource, reservation.fencing_token);
    let holder = reservation
        .requester
        .clone()
        .unwrap_or_else(|| "its holder".into());
    let then = then(&holds, &queue);
    let typed = refused
        .as_ref()
        .and_then(|refused| refused.typed("reason"))
        .map(str::to_owned);
    let problem = refused.and_then(|refused| refused.problems_of("reason"));
    let described = described("reason", problem.as_ref());
    view! {
        <section class="card" aria-labelledby="force-title">
            <h2 id="force-title">"Release by force"</h2>
            <p class="muted">
                "For a holder that is gone and left something without an end. Whoever is still at work is better asked to "
                "let go."
            </p>
            <details class="rotate" open=is_open>
                <summary>"Release this reservation…"</summary>
                <div class="rotate-body">
                    <p>
                        <strong class="mono">{holder}</strong>
                        " loses it at once and is not told: a renewal is answered " <code>"LOST"</code>
                        ", and a release frees nothing. Until it learns that, it may work on, unless the fencing token is checked "
                        "where the work is done."
                    </p>
                    <p>{then}</p>
                    <p>"The event says " <code>"FORCED"</code> ", and the audit log that you did it and why."</p>
                    <form class="fields" method="post" action=here>
                        <input type="hidden" name="action" value=action::FORCE_RELEASE />
                        <input type="hidden" name="resource" value=reservation.resource />
                        <input type="hidden" name="token" value=reservation.fencing_token />
                        <label for="reason">"Reason"</label>
                        <input
                            id="reason"
                            class="input"
                            name="reason"
                            required=true
                            maxlength=LONGEST_REASON
                            autocomplete="off"
                            value=typed
                            aria-describedby=described
                            aria-invalid=problem.is_some().then_some("true")
                        />
                        <Problem field="reason" problem />
                        <button class="button danger">"Release by force"</button>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}
