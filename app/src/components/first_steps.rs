use crate::{model::FirstSteps as Steps, routes};
use leptos::prelude::*;

/// What somebody new does first; each step is ticked when his programs have done it.
#[component]
pub fn FirstSteps(
    /// How far they have come.
    steps: Steps,
) -> impl IntoView {
    let Steps {
        reserved,
        refused,
        released,
    } = steps;
    let done = [reserved, refused, released];
    let count = done.iter().filter(|done| **done).count();
    let texts = [
        (
            "Reserve",
            "Run the first command below: you get a release token and a fencing token.",
        ),
        (
            "Be refused",
            "Run the second one: somebody else wants the same, and is told who has it.",
        ),
        (
            "Release",
            "Run the third one with your release token: it is free again.",
        ),
    ];
    let steps = texts
        .into_iter()
        .zip(done)
        .map(|((title, text), done)| {
            view! {
                <li class="tick" data-done=done.then_some("")>
                    <svg class="tick-mark" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
                        <circle cx="8" cy="8" r="7" />
                        {done.then(|| view! { <path d="M4.5 8.5l2.5 2.5 4.5-5" /> })}
                    </svg>
                    <p>
                        <span class="strong">{title}</span>
                        <span class="unseen">{if done { ": done. " } else { ": to do. " }}</span>
                        <span class="muted tick-text">{text}</span>
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="first-steps-title">
            <div class="card-head">
                <h2 id="first-steps-title">"First steps"</h2>
                <span class="badge">{format!("{count} of 3")}</span>
            </div>
            <ol class="ticks">{steps}</ol>
            {(count == 3).then(|| view! {
                <p class="muted">
                    "That is all there is to it. Next: " <a href=routes::KEYS>"a key for each program"</a> ", "
                    <a href=routes::doc("events")>"listening to events"</a> ", and "
                    <a href=routes::doc("safety")>"what a lock cannot promise"</a> "."
                </p>
            })}
        </section>
    }
    .into_any()
}
