//! How a page or a server function shapes its answer.

use app::ports::Respond;
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

pub(super) struct LeptosRespond;

impl Respond for LeptosRespond {
    fn status(&self, code: u16) {
        if let (Some(options), Ok(status)) =
            (use_context::<ResponseOptions>(), StatusCode::from_u16(code))
        {
            options.set_status(status);
        }
    }

    fn no_store(&self) {
        if let Some(options) = use_context::<ResponseOptions>() {
            options.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }

    /// A page redirects whoever asks for it; a server function only a form that navigates, since a script wants the answer.
    fn redirect(&self, path: &str) {
        leptos_axum::redirect(path);
        let is_page =
            use_context::<Parts>().is_some_and(|parts| !parts.uri.path().starts_with("/fn/"));
        if is_page {
            self.status(StatusCode::SEE_OTHER.as_u16());
        }
    }
}
