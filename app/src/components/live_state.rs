use crate::live::{self, State};
use leptos::prelude::*;

/// Keeps the page's parts that are marked with `data-live` (and have an id) current, says whether it does, and lets the
/// person stop it.
#[island]
pub fn LiveState() -> impl IntoView {
    let state = RwSignal::new(State::Connecting);
    Effect::new(move |_| live::start(state));
    let is_paused = move || state.get() == State::Paused;
    let toggle = move |_| live::pause(!is_paused());
    let word = move || match state.get() {
        State::Connecting => "Connecting",
        State::Live => "Live",
        State::Paused => "Paused",
        State::Ended => "Not live: reload the page",
    };
    let name = move || match state.get() {
        State::Connecting => "connecting",
        State::Live => "live",
        State::Paused => "paused",
        State::Ended => "ended",
    };
    view! {
        <div class="live needs-script" data-state=name>
            <span class="live-word" role="status">{word}</span>
            <button type="button" class="button small" on:click=toggle>
                {move || if is_paused() { "Resume" } else { "Pause" }}
            </button>
        </div>
    }
}
