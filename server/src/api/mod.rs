//! The REST door: `/api/v1` and what is public beside it.

mod body;
mod extract;
mod json;
mod openapi;
mod public;
mod v1;

pub use openapi::document;

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    extract::{FromRef, Request},
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use http::{HeaderValue, header};
use tower::ServiceExt as _;

use crate::{
    auth::exchange::Exchange,
    problem::{self, Problem, RequestId},
    rate_limit::RateLimiter,
    state::Services,
};

/// What the handlers of this door need.
#[derive(Clone)]
pub struct ApiState {
    services: Services,
    limiter: Arc<RateLimiter>,
    exchange: Arc<Exchange>,
}

impl FromRef<ApiState> for Services {
    fn from_ref(state: &ApiState) -> Self {
        state.services.clone()
    }
}

/// Everything under `/api` and what is public at the root, refusals of what is not there included.
#[derive(Clone)]
pub struct Api {
    router: Router,
    /// In front of the documentation's paths.
    base: Arc<str>,
}

impl Api {
    /// Opens the door.
    #[must_use]
    pub fn new(services: Services, limiter: Arc<RateLimiter>) -> Self {
        let base = services.settings.base().into();
        let (v1, _) = v1::routes().split_for_parts();
        let router = public::routes()
            .merge(v1)
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(async || Problem::method_not_allowed())
            .with_state(ApiState {
                exchange: Arc::new(Exchange::new(&services)),
                services,
                limiter,
            });
        Self { router, base }
    }

    /// Answers a request. Answers of the API are for programs: nothing in them may run, be framed, be guessed at or be
    /// kept. This is no layer of the router, since that would cost every request a box and a copy of the router.
    pub async fn answer(self, mut request: Request) -> Response {
        let id = RequestId::generate();
        request.extensions_mut().insert(id.clone());
        let mut response = match AssertUnwindSafe(self.router.oneshot(request))
            .catch_unwind()
            .await
        {
            Ok(Ok(response)) => response,
            // Nothing that a request shares with others is left half changed: it is behind the ledger's queue.
            Err(_) => Problem::internal("a handler panicked").into_response(),
        };
        problem::finish(&mut response, &self.base, &id);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        );
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        response
    }
}
