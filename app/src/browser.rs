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

/// The text of the example around `inside`, in the language that is shown.
#[must_use]
pub fn shown_code(inside: &web_sys::Element) -> Option<String> {
    let example = inside.closest(".example").ok()??;
    elements(example.query_selector_all("pre"))
        // What the style sheet leaves out has no place on the page.
        .find(|pre| pre.offset_parent().is_some())?
        .text_content()
}

/// Checks the radio buttons of the whole page that stand for the same language as the one that has just been checked, and
/// keeps that one where it is.
pub fn choose_alike(event: &web_sys::Event) {
    let Some(chosen) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
        .filter(|input| input.class_name() == "lang")
    else {
        return;
    };
    let place = chosen.get_bounding_client_rect().top();
    let alike = format!(".lang[value={}]", chosen.value());
    for input in elements(leptos::prelude::document().query_selector_all(&alike)) {
        input
            .unchecked_ref::<web_sys::HtmlInputElement>()
            .set_checked(true);
    }
    let moved = chosen.get_bounding_client_rect().top() - place;
    window().scroll_by_with_x_and_y(0.0, moved);
}

/// Where the key belongs in the page's examples; what stands there without it is kept in an attribute.
const KEY_PLACE: &str = ".my-key";
const WITHOUT_KEY: &str = "data-without";

/// Writes `key` to its places in the examples, as text of the example's language.
pub fn fill_key_places(key: &str) {
    for place in elements(leptos::prelude::document().query_selector_all(KEY_PLACE)) {
        let without = place.text_content().unwrap_or_default();
        let is_quoted = place.class_name().ends_with("quoted");
        // An element that is there takes any attribute and any text.
        let _ = place.set_attribute(WITHOUT_KEY, &without);
        place.set_text_content(Some(&if is_quoted {
            format!("\"{key}\"")
        } else {
            key.to_owned()
        }));
    }
}

/// Takes the key out of the examples again.
pub fn empty_key_places() {
    for place in elements(leptos::prelude::document().query_selector_all(KEY_PLACE)) {
        if let Some(without) = place.get_attribute(WITHOUT_KEY) {
            place.set_text_content(Some(&without));
        }
    }
}

fn elements(
    found: Result<web_sys::NodeList, wasm_bindgen::JsValue>,
) -> impl Iterator<Item = web_sys::HtmlElement> {
    let found = found.ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count)
        .filter_map(move |at| found.as_ref()?.item(at))
        .filter_map(|node| node.dyn_into().ok())
}
