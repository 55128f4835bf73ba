use leptos::prelude::*;

/// Two rings that hold each other, as one reservation holds one resource. The name stands beside it, so it is hidden
/// from screen readers. `public/favicon.svg` is the same drawing.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
            <rect class="logo-ground" width="32" height="32" rx="8" />
            <g class="logo-lines" fill="none" stroke-width="3" stroke-linecap="round">
                <circle cx="12.5" cy="16" r="6" />
                <path d="M16.2 11.6a6 6 0 1 1-1.9 6.3" />
            </g>
            <circle class="logo-key" cx="12.5" cy="16" r="1.6" />
        </svg>
    }
}
