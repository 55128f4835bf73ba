use crate::browser;
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How long a button says that it has copied.
const COPIED_FOR: Duration = Duration::from_secs(2);

/// A code example with a Copy button.
#[island]
pub fn CopyCode(
    /// What the example is, for people who cannot see it.
    label: String,
    /// The text, as it is copied.
    code: String,
) -> impl IntoView {
    view! { <CodeBlock label=label code=Signal::stored(code) /> }
}

/// The same inside an island, where the text may change.
#[component]
pub fn CodeBlock(
    /// What the example is, for people who cannot see it.
    label: String,
    /// The text, as it is copied.
    code: Signal<String>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let copy = move |_| {
        spawn_local(async move {
            let text = code.get_untracked();
            said.set(if browser::copy(&text).await {
                "Copied"
            } else {
                "Select the text to copy it"
            });
            set_timeout(move || said.set(""), COPIED_FOR);
        });
    };
    let name = format!("Copy: {label}");
    view! {
        <div class="code">
            <pre tabindex="0" role="region" aria-label=label><code>{code}</code></pre>
            <button type="button" class="button small needs-script" aria-label=name on:click=copy>
                "Copy"
            </button>
            <span class="code-said" role="status">{said}</span>
        </div>
    }
    .into_any()
}
