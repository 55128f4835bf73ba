use super::KeyState;
use crate::components::{Call, CodeBlock};
use leptos::prelude::*;

/// Three steps from a key to a reservation. The commands carry the key while it is shown.
#[component]
pub(super) fn FirstCalls(base_url: String, state: KeyState) -> impl IntoView {
    let base_url = StoredValue::new(base_url);
    let command = move |call: Call| {
        Signal::derive(move || call.curl(&base_url.get_value(), &state.for_example()))
    };
    view! {
        <section class="card" aria-labelledby="first-title">
            <div class="card-head">
                <h2 id="first-title">"The first calls"</h2>
                <span class="muted">
                    {move || if state.is_shown() { "The key is filled in: paste and run." } else { "Reveal the key to fill it in." }}
                </span>
            </div>
            <ol class="steps">
                <li>
                    <h3>"Reserve a resource"</h3>
                    <p class="muted">"Any name will do. The answer says "<code>"ACQUIRED"</code>" and holds a release token."</p>
                    <CodeBlock label="Reserve".into() code=command(Call::Reserve) />
                </li>
                <li>
                    <h3>"Ask for it as somebody else"</h3>
                    <p class="muted">"The answer says "<code>"ALREADY_HELD"</code>", by whom and until when."</p>
                    <CodeBlock label="Conflict".into() code=command(Call::Conflict) />
                </li>
                <li>
                    <h3>"Give it back"</h3>
                    <p class="muted">"Put the release token of step 1 in. Without it, the reservation ends after its five minutes."</p>
                    <CodeBlock label="Release".into() code=command(Call::Release) />
                </li>
            </ol>
        </section>
    }
    .into_any()
}
