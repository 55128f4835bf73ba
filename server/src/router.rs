//! Which door a path leads to. The two domains have a middleware stack each; this file has no other logic.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, body::Body, extract::Request, response::Response};
use tower::ServiceExt as _;

use crate::{api, dashboard, rate_limit::RateLimiter, state::Services};

/// All doors of one server.
#[derive(Clone)]
pub struct Doors {
    api: Router,
    public: Router,
    dashboard: Router,
}

impl Doors {
    /// Opens them.
    #[must_use]
    pub fn new(services: &Services, limiter: Arc<RateLimiter>) -> Self {
        Self {
            api: api::router(services.clone(), limiter),
            public: api::public_router(services.clone()),
            dashboard: dashboard::router(services.clone()),
        }
    }

    /// Answers a request.
    ///
    /// # Errors
    /// Never.
    pub async fn answer(self, request: Request<Body>) -> Result<Response, Infallible> {
        self.door(request.uri().path()).oneshot(request).await
    }

    fn door(self, path: &str) -> Router {
        let is_under = |prefix: &str| {
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if is_under("/api") {
            self.api
        } else if is_under("/health") || is_under("/.well-known") || path == "/openapi.json" {
            self.public
        } else {
            self.dashboard
        }
    }
}
