//! The default key: masked, revealed, copied, rotated; and the first calls, made with it.
//!
//! Every form posts to the dashboard and works without script. In the browser the island takes the submission over and
//! shows the answer in place.

mod first_calls;
mod rotate;
mod state;

use crate::{
    browser,
    functions::reveal_key,
    model::{ApiKey, Shown},
    routes::{self, action},
};
use first_calls::FirstCalls;
use leptos::{ev::SubmitEvent, html, prelude::*};
use rotate::Rotate;
use state::KeyState;

/// The key's card and the first calls.
#[island]
pub fn KeyPanel(
    /// The key, masked.
    api_key: ApiKey,
    /// Where this server is reached.
    base_url: String,
    /// The value, when a form without script asked for it.
    shown: Option<Shown>,
    /// What a rotation would cut off, in a sentence.
    cut: String,
) -> impl IntoView {
    let state = KeyState::new(api_key, shown);
    let card = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        if let Some(card) = card.get() {
            browser::forget_props(&card);
        }
        state.hide_later();
    });
    view! {
        <section class="card" aria-labelledby="key-title" node_ref=card>
            <div class="card-head">
                <h2 id="key-title">"API key"</h2>
                <span class="badge">{move || state.key.get().label}</span>
            </div>
            <p class="muted">
                "Send it in the " <code>"X-Api-Key"</code>
                " header of every request. It opens this tenant's reservations and nothing else."
            </p>
            <KeyRow state />
            <div>
                <p class="said" role="status">{state.said}</p>
                <div role="alert">{move || state.failure.get().map(|failure| view! { <Failure failure /> })}</div>
            </div>
            <Rotate state cut />
        </section>
        <FirstCalls base_url state />
    }
}

/// The value or its mask, and what can be done with it.
#[component]
fn KeyRow(state: KeyState) -> impl IntoView {
    let reveal = move |event: SubmitEvent| {
        event.prevent_default();
        state.ask(reveal_key(state.id()), "The key is shown for 60 seconds.");
    };
    let hide = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        state.hide("The key is hidden.");
    };
    view! {
        <div class="key-row">
            <code class="key" class:masked=move || !state.is_shown()>{move || state.text()}</code>
            <div class="actions">
                <form method="post" action=routes::DASHBOARD on:submit=reveal hidden=move || state.is_shown()>
                    <Fields state action=action::REVEAL />
                    <button class="button" disabled=state.busy>"Reveal"</button>
                </form>
                <a class="button" href=routes::DASHBOARD on:click=hide hidden=move || !state.is_shown()>"Hide"</a>
                <button
                    type="button"
                    class="button primary needs-script"
                    disabled=state.busy
                    on:click=move |_| state.copy()
                >
                    "Copy"
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// What a posted form says about the key.
#[component]
fn Fields(state: KeyState, action: &'static str) -> impl IntoView {
    view! {
        <input type="hidden" name="action" value=action />
        <input type="hidden" name="key" value=move || state.id() />
        <input type="hidden" name="version" value=move || state.key.get().version />
    }
}

#[component]
fn Failure(failure: crate::error::AppError) -> impl IntoView {
    view! {
        <p class="notice bad">
            <strong>{failure.title()}</strong>
            " "
            {failure.detail().to_owned()}
            " "
            <a href=routes::DASHBOARD>"Reload"</a>
        </p>
    }
}
