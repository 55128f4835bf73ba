use crate::browser;
use leptos::{html, prelude::*};

/// The field for a claim code. A claim link carries the code as its fragment, which only the browser sees.
#[island]
pub fn ClaimCode() -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        // Only a code that was found is written: the person may have typed while the script was loading.
        if let Some(input) = input.get()
            && let Some(found) = browser::claim_code()
        {
            input.set_value(&found);
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
            node_ref=input
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
