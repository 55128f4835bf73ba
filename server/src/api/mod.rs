//! The REST door: `/api/v1` and what is public beside it.

mod body;
mod extract;
mod json;
mod openapi;
mod public;
mod v1;

pub use openapi::document;

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, Request},
    middleware::{self, Next},
    response::Response,
};
use http::{HeaderValue, header};

use crate::{
    problem::{self, Problem},
    rate_limit::RateLimiter,
    state::Services,
};

/// What the handlers of this door need.
#[derive(Clone)]
pub struct ApiState {
    services: Services,
    limiter: Arc<RateLimiter>,
}

impl FromRef<ApiState> for Services {
    fn from_ref(state: &ApiState) -> Self {
        state.services.clone()
    }
}

/// Everything under `/api/v1`, the fallback included.
pub fn router(services: Services, limiter: Arc<RateLimiter>) -> Router {
    let base: Arc<str> = services.settings.base().into();
    let state = ApiState { services, limiter };
    let (routes, _) = v1::routes().split_for_parts();
    Router::new()
        .nest("/api/v1", routes)
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(middleware::from_fn(api_headers))
        .layer(middleware::from_fn_with_state(base, problem::finish))
        .with_state(state)
}

/// What is public, without a key, at the root.
pub fn public_router(services: Services) -> Router {
    public::router(services)
}

/// Answers of the API are for programs: nothing in them may run, be framed, be guessed at or be kept.
async fn api_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
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
