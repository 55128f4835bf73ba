//! Which door a path leads to. The two domains have a middleware stack each; this file has no other logic.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, body::Body, extract::Request, response::Response};
use tower::ServiceExt as _;

use crate::{
    api::{self, Api},
    dashboard,
    rate_limit::RateLimiter,
    state::Services,
};

/// All doors of one server.
#[derive(Clone)]
pub struct Doors {
    api: Api,
    dashboard: Router,
}

impl Doors {
    /// Opens them.
    #[must_use]
    pub fn new(services: &Services, limiter: Arc<RateLimiter>) -> Self {
        Self {
            api: Api::new(services.clone(), Arc::clone(&limiter)),
            dashboard: dashboard::router(services.clone(), limiter, api::text()),
        }
    }

    /// Answers a request.
    ///
    /// # Errors
    /// Never.
    pub async fn answer(self, request: Request<Body>) -> Result<Response, Infallible> {
        if is_api(request.uri().path()) {
            Ok(self.api.answer(request).await)
        } else {
            self.dashboard.oneshot(request).await
        }
    }
}

fn is_api(path: &str) -> bool {
    let is_under = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    is_under("/api") || is_under("/health") || is_under("/.well-known") || path == "/openapi.json"
}
