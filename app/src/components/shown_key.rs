use crate::{
    browser,
    model::{Shown, ShownBecause},
};
use leptos::{html, prelude::*, task::spawn_local};
use std::time::Duration;

/// How long a value stays on the screen.
pub const SHOWN_FOR: Duration = Duration::from_mins(1);

/// A key's value, shown because a form asked for it, with Copy. After a minute it is gone from the document.
#[island]
pub fn ShownKey(
    /// The key and its value.
    shown: Shown,
) -> impl IntoView {
    let Shown {
        value: shown,
        because,
    } = shown;
    let title = match because {
        ShownBecause::Created => format!("The key {} is ready", shown.key.label),
        ShownBecause::Rotated => format!("The new value of {}", shown.key.label),
        ShownBecause::Revealed => format!("The value of {}", shown.key.label),
    };
    let advice = match because {
        ShownBecause::Rotated => {
            "The old value is refused from now on. Give this one to your application."
        }
        _ => "Send it in the X-Api-Key header of every request.",
    };
    let hint = shown.key.hint;
    let value = RwSignal::new(Some(shown.value));
    let said = RwSignal::new("");
    let card = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        if let Some(card) = card.get() {
            browser::forget_props(&card);
        }
        set_timeout(
            move || {
                value.set(None);
                said.set("The value is hidden again. Reveal shows it once more.");
            },
            SHOWN_FOR,
        );
    });
    let copy = move |_| {
        let Some(text) = value.get_untracked() else {
            return;
        };
        spawn_local(async move {
            said.set(if browser::copy(&text).await {
                "Copied."
            } else {
                "The browser does not allow copying. Select the value and copy it."
            });
        });
    };
    view! {
        <section class="card shown-key" aria-labelledby="shown-title" node_ref=card>
            <h2 id="shown-title">{title}</h2>
            <p class="muted">{advice}</p>
            <div class="key-row">
                <code class="key" class:masked=move || value.get().is_none()>
                    {move || value.get().unwrap_or_else(|| hint.clone())}
                </code>
                <div class="actions">
                    <button
                        type="button"
                        class="button primary needs-script"
                        hidden=move || value.get().is_none()
                        on:click=copy
                    >
                        "Copy"
                    </button>
                </div>
            </div>
            <p class="said" role="status">{said}</p>
        </section>
    }
}
