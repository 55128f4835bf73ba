//! How a page or a server function shapes its answer.

use app::ports::Respond;
use axum::http::{HeaderValue, StatusCode, header};
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

    fn redirect(&self, path: &str) {
        leptos_axum::redirect(path);
    }
}
