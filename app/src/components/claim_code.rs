use crate::browser;
use leptos::prelude::*;

/// The field for a claim code. A claim link carries the code as its fragment, which only the browser sees.
#[island]
pub fn ClaimCode() -> impl IntoView {
    let code = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(found) = browser::claim_code() {
            code.set(found);
        }
    });
    view! {
        <input
            id="claim-code"
            class="input mono"
            name="code"
            required=true
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            prop:value=code
        />
    }
}

/// Keeps the claim code of the address for this tab, so that it is there again after signing in.
#[island]
pub fn KeepClaimCode() -> impl IntoView {
    Effect::new(move |_| {
        if let Some(code) = browser::claim_code() {
            browser::keep_claim_code(&code);
        }
    });
}
