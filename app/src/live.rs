//! Keeps a page current: the server tells that something has changed, and the page fetches itself anew and takes over its
//! parts that are marked with `data-live`. So what a part shows is rendered in one place, by the server.

use crate::routes;
use leptos::{
    prelude::{RwSignal, Set, document, window},
    task::spawn_local,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomParser, Element, EventSource, Response, SupportedType, VisibilityState};

/// At least so many milliseconds between two fetches, however much happens.
const PAUSE: i32 = 1_000;

/// How current the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is about to be told of changes.
    Connecting,
    /// It is told of changes.
    Live,
    /// The person has stopped it.
    Paused,
    /// The session has ended, or the server does not let it listen: it stays as it is.
    Ended,
}

thread_local! {
    /// The page's own, once it has begun.
    static PAGE: RefCell<Option<Live>> = const { RefCell::new(None) };
}

/// Begins to keep the page current whenever it is visible.
pub fn start(state: RwSignal<State>) {
    PAGE.set(Some(Live::start(state)));
}

/// Stops, or goes on, when the person wants it.
pub fn pause(is_paused: bool) {
    PAGE.with_borrow(|live| {
        if let Some(live) = live {
            live.0.is_paused.set(is_paused);
            live.listen();
        }
    });
}

#[derive(Clone)]
struct Live(Rc<Shared>);

struct Shared {
    state: RwSignal<State>,
    source: Cell<Option<EventSource>>,
    is_paused: Cell<bool>,
    /// Something has changed since the page was last fetched.
    is_stale: Cell<bool>,
    is_fetching: Cell<bool>,
}

impl Live {
    /// Browsers keep few connections to one host, so a page in the background holds none.
    fn start(state: RwSignal<State>) -> Self {
        let live = Self(Rc::new(Shared {
            state,
            source: Cell::new(None),
            is_paused: Cell::new(false),
            is_stale: Cell::new(false),
            is_fetching: Cell::new(false),
        }));
        let own = live.clone();
        let on_visibility = Closure::<dyn Fn()>::new(move || own.listen());
        // A document that cannot be listened to is one that is always visible.
        let _ = document().add_event_listener_with_callback(
            "visibilitychange",
            on_visibility.as_ref().unchecked_ref(),
        );
        // It lives as long as the page.
        on_visibility.forget();
        live.listen();
        live
    }

    fn listen(&self) {
        if let Some(source) = self.0.source.take() {
            source.close();
        }
        if self.0.is_paused.get() {
            self.0.state.set(State::Paused);
            return;
        }
        if document().visibility_state() == VisibilityState::Hidden {
            return;
        }
        self.0.state.set(State::Connecting);
        let Ok(source) = EventSource::new(routes::LIVE) else {
            self.0.state.set(State::Ended);
            return;
        };
        let own = self.clone();
        // The server says so at once when a connection begins, so that nothing is missed in between.
        let on_changed = Closure::<dyn Fn()>::new(move || own.changed());
        let _ =
            source.add_event_listener_with_callback("CHANGED", on_changed.as_ref().unchecked_ref());
        on_changed.forget();
        let own = self.clone();
        let on_error = Closure::<dyn Fn()>::new(move || own.failed());
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        self.0.source.set(Some(source));
    }

    /// The browser connects again by itself, unless the answer was no stream.
    fn failed(&self) {
        let Some(source) = self.0.source.take() else {
            return;
        };
        let is_over = source.ready_state() == EventSource::CLOSED;
        self.0.source.set(Some(source));
        self.0.state.set(if is_over {
            State::Ended
        } else {
            State::Connecting
        });
    }

    fn changed(&self) {
        self.0.state.set(State::Live);
        self.0.is_stale.set(true);
        if self.0.is_fetching.replace(true) {
            return;
        }
        let live = self.clone();
        spawn_local(async move {
            while !live.0.is_paused.get() && live.0.is_stale.replace(false) {
                if refresh().await.is_err() {
                    // The page stays as it is; the next change is another try.
                    live.0.state.set(State::Connecting);
                }
                sleep(PAUSE).await;
            }
            live.0.is_fetching.set(false);
        });
    }
}

/// Fetches this page and takes its live parts over.
async fn refresh() -> Result<(), JsValue> {
    let address = window().location().href()?;
    let response = JsFuture::from(window().fetch_with_str(&address)).await?;
    let response: Response = response.dyn_into()?;
    // A session that has ended leads to another page.
    if !response.ok() || response.redirected() {
        return Err(JsValue::NULL);
    }
    let html = JsFuture::from(response.text()?).await?;
    let html = html.as_string().unwrap_or_default();
    let fresh = DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml)?;
    let parts = document().query_selector_all("[data-live]")?;
    for part in (0..parts.length()).filter_map(|at| parts.item(at)) {
        let part: Element = part.unchecked_into();
        if let Some(fresh) = fresh.get_element_by_id(&part.id()) {
            take_over(&part, &fresh)?;
        }
    }
    Ok(())
}

fn take_over(part: &Element, fresh: &Element) -> Result<(), JsValue> {
    // An island that is put into the page like this stays asleep. Only what stands where there is nothing else has any, so
    // that is rare: the page is loaded whole then.
    if fresh.query_selector("leptos-island")?.is_some() {
        return match part.query_selector("leptos-island")? {
            Some(_) => Ok(()),
            None => window().location().reload(),
        };
    }
    let focused = document().active_element().filter(|element| {
        let is_part = element == part;
        !is_part && part.contains(Some(element))
    });
    if let Some(focused) = &focused
        && focused.matches("input, select, textarea")?
    {
        return Ok(());
    }
    // What is open stays open, and what has the focus keeps it: found again by id, or by where it leads.
    let open = part.query_selector_all("details[open][id]")?;
    for details in (0..open.length()).filter_map(|at| open.item(at)) {
        let details: Element = details.unchecked_into();
        if let Some(same) = fresh.query_selector(&format!("details[id='{}']", details.id()))? {
            same.set_attribute("open", "")?;
        }
    }
    let address = focused.and_then(|element| element.get_attribute("href"));
    part.set_inner_html(&fresh.inner_html());
    if let Some(address) = address {
        let links = part.query_selector_all("a[href]")?;
        let same = (0..links.length())
            .filter_map(|at| links.item(at))
            .map(JsCast::unchecked_into::<web_sys::HtmlElement>)
            .find(|link| link.get_attribute("href").as_deref() == Some(&address));
        if let Some(same) = same {
            same.focus()?;
        }
    }
    Ok(())
}

async fn sleep(millis: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        // Without timers it does not wait.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    let _ = JsFuture::from(promise).await;
}
