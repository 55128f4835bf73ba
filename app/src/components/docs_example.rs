//! What wakes in the documentation. The examples themselves are plain HTML; an example of several languages shows the one
//! whose radio button is checked, by the style sheet alone.

use crate::{
    browser, components::SHOWN_FOR, error::AppError, functions::reveal_key, model::KeyValue, routes,
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use std::time::Duration;

/// How long a button says that it has copied.
const COPIED_FOR: Duration = Duration::from_secs(2);

/// Copies the text of the example that it stands in, as it is shown.
#[island]
pub fn CopyExample(
    /// The button's name, for people who cannot see what it is beside.
    name: String,
) -> impl IntoView {
    let said = RwSignal::new("");
    let button = NodeRef::<html::Button>::new();
    let copy = move |_| {
        let text = button.get().and_then(|button| browser::shown_code(&button));
        spawn_local(async move {
            let copied = match text {
                Some(text) => browser::copy(&text).await,
                None => false,
            };
            said.set(if copied {
                "Copied"
            } else {
                "Select the text to copy it"
            });
            set_timeout(move || said.set(""), COPIED_FOR);
        });
    };
    view! {
        <span class="example-said" role="status">{said}</span>
        <button
            type="button"
            class="button small needs-script"
            aria-label=name
            node_ref=button
            on:click=copy
        >
            "Copy"
        </button>
    }
}

/// Makes one choice of a language the choice of the whole page.
#[island]
pub fn SameLanguage() -> impl IntoView {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::change, |event| browser::choose_alike(&event));
        on_cleanup(move || handle.remove());
    });
}

/// Puts the reader's own key into the examples of the page, for a minute, when asked to. Without script the button leads to
/// the dashboard, where the key is.
#[island]
pub fn UseMyKey(
    /// The default key's id; it is no secret.
    key_id: String,
) -> impl IntoView {
    let is_shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let said = RwSignal::new("");
    let failure = RwSignal::new(None::<AppError>);
    let key_id = StoredValue::new(key_id);
    // Counts displays, so that the timer of an earlier one does not end a later one.
    let display = StoredValue::new(0_u32);
    let hide = move |what: &'static str| {
        browser::empty_key_places();
        is_shown.set(false);
        said.set(what);
    };
    let show = move |KeyValue { value, .. }: KeyValue| {
        browser::fill_key_places(&value);
        is_shown.set(true);
        said.set("Your default key is in the examples for 60 seconds.");
        display.update_value(|display| *display = display.wrapping_add(1));
        let this = display.get_value();
        set_timeout(
            move || {
                if is_shown.get_untracked() && display.get_value() == this {
                    hide("The key is hidden again.");
                }
            },
            SHOWN_FOR,
        );
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_shown.get_untracked() {
            hide("The key is hidden.");
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            match reveal_key(key_id.get_value()).await {
                Ok(answer) => show(answer),
                Err(error) => {
                    said.set("");
                    failure.set(Some(error));
                }
            }
            busy.set(false);
        });
    };
    view! {
        <form class="my-key-form" method="get" action=routes::DASHBOARD on:submit=submit>
            <button class="button small" disabled=busy>
                {move || if is_shown.get() { "Hide my key" } else { "Use my key" }}
            </button>
            <span class="my-key-said" role="status">{said}</span>
        </form>
        <div role="alert">
            {move || failure.get().map(|failure| view! {
                <p class="notice bad">
                    <strong>{failure.title()}</strong>
                    " "
                    {failure.detail().to_owned()}
                </p>
            })}
        </div>
    }
}
