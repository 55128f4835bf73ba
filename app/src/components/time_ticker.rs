use crate::{browser, model::Moment};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// Keeps every relative time of the page current: one timer for all, instead of an island for each.
///
/// It reads what `Time` writes: `data-micros` (the moment) and `data-elapsed` (a length, not a distance).
#[island]
pub fn TimeTicker() -> impl IntoView {
    Effect::new(move |_| {
        // A browser that refuses a timer leaves the times as the server wrote them.
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || timer.clear());
        }
    });
}

fn tick() {
    let Ok(times) = document().query_selector_all("time[data-micros]") else {
        return;
    };
    let now = browser::now();
    for element in (0..times.length()).filter_map(|at| times.item(at)) {
        let element: web_sys::Element = element.unchecked_into();
        let Some(micros) = element
            .get_attribute("data-micros")
            .and_then(|text| text.parse().ok())
        else {
            continue;
        };
        let moment = Moment(micros);
        let text = if element.has_attribute("data-elapsed") {
            moment.elapsed(now)
        } else {
            moment.relative(now)
        };
        if element.text_content().as_deref() != Some(&text) {
            element.set_text_content(Some(&text));
        }
    }
}
