//! The few things that only a browser can do. On the server none of this is called: effects and event handlers run in
//! the browser alone.

use crate::model::Moment;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// The browser's clock.
#[must_use]
pub fn now() -> Moment {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 stay far below 2^53"
    )]
    let millis = js_sys::Date::now() as i64;
    Moment(millis.saturating_mul(1000))
}

/// Puts `text` on the clipboard; false when the browser does not allow it (no permission, or not a secure context,
/// where there is no clipboard at all).
pub async fn copy(text: &str) -> bool {
    if !window().is_secure_context() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text))
        .await
        .is_ok()
}

/// Where a claim code waits while its owner signs in: a fragment does not survive the way through the provider.
const CLAIM_CODE: &str = "coop-claim-code";

/// The claim code of the address (`#CODE`) or, back from signing in, the one kept for this tab.
#[must_use]
pub fn claim_code() -> Option<String> {
    let fragment = window().location().hash().unwrap_or_default();
    Some(fragment.trim_start_matches('#').to_owned())
        .filter(|code| !code.is_empty())
        .or_else(kept_claim_code)
}

/// Keeps `code` for this tab until it is read by [`claim_code`].
pub fn keep_claim_code(code: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        // A full or forbidden storage only means that the code has to be typed.
        let _ = storage.set_item(CLAIM_CODE, code);
    }
}

fn kept_claim_code() -> Option<String> {
    let storage = window().session_storage().ok()??;
    let code = storage.get_item(CLAIM_CODE).ok()??;
    let _ = storage.remove_item(CLAIM_CODE);
    Some(code)
}

/// Takes the properties of the island around `card` out of the document: they may hold a key's value, which must not
/// outlast its display.
pub fn forget_props(card: &web_sys::HtmlElement) {
    if let Some(island) = card.parent_element() {
        // The attribute is there or it is not; there is nothing else that can fail.
        let _ = island
            .unchecked_ref::<web_sys::Element>()
            .remove_attribute("data-props");
    }
}
