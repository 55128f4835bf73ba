//! The REST door: `/api/v1` and what is public beside it.

mod body;
mod extract;
mod json;
mod metered;
mod openapi;
mod public;
mod toll;
mod v1;

pub use openapi::{document, text};

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    extract::{FromRef, Request},
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use http::{HeaderValue, header};
use tower::ServiceExt as _;

use self::{
    metered::{has_standing, set_standing},
    toll::Toll,
};
use crate::{
    auth::{
        api_key::{self, ApiPrincipal, Stranger},
        exchange::Exchange,
    },
    client::Client,
    domain::usage,
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
    state: ApiState,
    /// In front of the documentation's paths.
    base: Arc<str>,
}

impl Api {
    /// Opens the door.
    #[must_use]
    pub fn new(services: Services, limiter: Arc<RateLimiter>) -> Self {
        let base = services.settings.base().into();
        let state = ApiState {
            exchange: Arc::new(Exchange::new(&services)),
            services,
            limiter,
        };
        let (v1, _) = v1::routes().split_for_parts();
        let router = public::routes()
            .merge(v1)
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(async || Problem::method_not_allowed())
            .with_state(state.clone());
        Self {
            router,
            state,
            base,
        }
    }

    /// Answers a request. Answers of the API are for programs: nothing in them may run, be framed, be guessed at or be
    /// kept. This is no layer of the router, since that would cost every request a box and a copy of the router.
    pub async fn answer(self, mut request: Request) -> Response {
        let id = RequestId::generate();
        request.extensions_mut().insert(id.clone());
        let Self {
            router,
            state,
            base,
        } = self;
        let mut response = match state.authenticate(&request) {
            None => route(router, request).await,
            Some(Ok(principal)) => {
                let toll = Toll::of(request.method(), request.uri().path());
                request.extensions_mut().insert(principal.clone());
                let response = route(router, request).await;
                state.account(response, &principal, toll)
            }
            Some(Err(stranger)) => {
                let response = stranger.problem.into_response();
                let toll = Toll::of(request.method(), request.uri().path());
                match stranger.known {
                    Some(principal) => state.account(response, &principal, toll),
                    None => response,
                }
            }
        };
        problem::finish(&mut response, &base, &id);
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

async fn route(router: Router, request: Request) -> Response {
    match AssertUnwindSafe(router.oneshot(request))
        .catch_unwind()
        .await
    {
        Ok(Ok(response)) => response,
        // Nothing that a request shares with others is left half changed: it is behind the ledger's queue.
        Err(_) => Problem::internal("a handler panicked").into_response(),
    }
}

impl ApiState {
    /// Who sends the request, if he presents a key where one is asked for.
    fn authenticate(&self, request: &Request) -> Option<Result<ApiPrincipal, Stranger>> {
        let path = request.uri().path();
        if !v1::asks_for_a_key(request.method(), path) {
            return None;
        }
        let proxies = self.services.settings.trusted_proxies;
        let client = Client::of(request.headers(), request.extensions(), proxies);
        let headers = request.headers();
        api_key::authenticate(&self.services, &self.limiter, headers, path, &client)
    }

    /// Says on an answer where its tenant stands, whatever the answer is, and counts refusals.
    fn account(&self, mut response: Response, principal: &ApiPrincipal, toll: Toll) -> Response {
        if !has_standing(&response) {
            let standing = self.take_one(principal, toll.kind);
            set_standing(&mut response, &standing);
        }
        if response.status().is_client_error() || response.status().is_server_error() {
            let services = &self.services;
            let problem = response.extensions().get::<Problem>();
            if let Some(limit_type) = problem.and_then(Problem::limit_type) {
                let (credential, now) = (principal.credential(), services.clock.now());
                usage::note_limited(&services.ledger, credential, limit_type, now);
            }
            if let Some(key) = principal.credential().usage() {
                let credentials = services.ledger.credentials();
                credentials.note_refusal(key, services.clock.now());
            }
        }
        response
    }
}
