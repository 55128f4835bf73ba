use super::{Fields, KeyState};
use crate::{
    functions::rotate_key,
    routes::{self, action},
};
use leptos::{
    ev::{MouseEvent, SubmitEvent},
    html,
    prelude::*,
};

/// Replacing the value, after a warning: unfolded in place without script, in a dialog with it.
#[component]
pub(super) fn Rotate(state: KeyState, cut: String) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move |event: MouseEvent| {
        let Some(dialog) = dialog.get_untracked() else {
            return;
        };
        // Without a modal dialog the text unfolds, as it does without script.
        if dialog.show_modal().is_ok() {
            event.prevent_default();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let rotate = move |event: SubmitEvent| {
        event.prevent_default();
        close();
        let key = state.key.get_untracked();
        state.ask(
            rotate_key(key.id, key.version),
            "The key has been rotated. This is the new value.",
        );
    };
    view! {
        <details class="rotate">
            <summary on:click=open>"Rotate key…"</summary>
            <div class="rotate-body">
                <Warning cut=cut.clone() />
                <form method="post" action=routes::DASHBOARD>
                    <Fields state action=action::ROTATE />
                    <button class="button danger">"Rotate key"</button>
                </form>
            </div>
        </details>
        <dialog class="dialog" aria-labelledby="rotate-title" node_ref=dialog>
            <h2 id="rotate-title">"Rotate this key?"</h2>
            <Warning cut />
            <form class="actions end" method="post" action=routes::DASHBOARD on:submit=rotate>
                <Fields state action=action::ROTATE />
                <button type="button" class="button" on:click=move |_| close()>"Cancel"</button>
                <button class="button danger">"Rotate key"</button>
            </form>
        </dialog>
    }
    .into_any()
}

#[component]
fn Warning(cut: String) -> impl IntoView {
    view! {
        <p>
            "The old value stops working at once: requests that use it, also those under way, are answered "
            <strong>"401 Unauthorized"</strong> ". Reservations stay as they are."
        </p>
        <p>{cut}</p>
        <p>"In production, prepare your application for the new value first."</p>
    }
}
