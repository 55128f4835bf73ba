//! What every answer of this door has: a request id, security headers, and a page in place of a bare failure.

use std::any::Any;

use app::ports::Problem;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tracing::Instrument as _;

use super::{
    Ui,
    pages::{Extra, render},
};
use crate::{
    auth::Failure,
    problem::{self, RequestId},
    random,
};

/// The nonce of one answer: scripts without it do not run.
#[derive(Clone)]
pub(super) struct Nonce(pub(super) String);

/// Frames an answer.
pub(super) async fn frame(State(ui): State<Ui>, mut request: Request, next: Next) -> Response {
    let id = RequestId::generate();
    // The person is shown the id; whatever is logged on the way has it too. At this level no filter takes it away from an
    // error's line.
    let span = tracing::error_span!("request", request_id = id.0);
    request.extensions_mut().insert(id.clone());
    framed(&ui, id, request, next).instrument(span).await
}

async fn framed(ui: &Ui, id: RequestId, mut request: Request, next: Next) -> Response {
    let nonce = Nonce(BASE64_STANDARD.encode(random::bytes::<16>()));
    request.extensions_mut().insert(nonce.clone());
    let had_cookie = request.headers().contains_key(header::COOKIE);
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let failure = response.extensions_mut().remove::<Failure>();
    if let Some(failure) = failure.or_else(|| bare(&response)) {
        response = failed(ui, asked, &failure, response).await;
    }
    problem::finish(&mut response, "", &id);
    secure(
        response.headers_mut(),
        &nonce,
        ui.state.services.settings.is_https(),
        had_cookie,
    );
    response
}

/// The page that says what happened. Whoever asked with a script gets the status and the words.
async fn failed(ui: &Ui, mut asked: Parts, failure: &Failure, original: Response) -> Response {
    if asked.uri.path().starts_with("/fn/") {
        return (failure.status, failure.title).into_response();
    }
    // The page is the same wherever it happened, and not every target of a request is a path that a page could have.
    asked.uri = Uri::from_static("/");
    let problem = Problem {
        status: failure.status.as_u16(),
        title: failure.title.to_owned(),
        detail: failure.detail.to_owned(),
    };
    let mut page = render(
        ui,
        asked,
        Extra {
            problem: Some(problem),
            ..Extra::default()
        },
    )
    .await;
    *page.status_mut() = failure.status;
    for (name, value) in original.headers() {
        if [header::SET_COOKIE, header::ALLOW, header::RETRY_AFTER].contains(name) {
            page.headers_mut().append(name, value.clone());
        }
    }
    page.map(Body::new)
}

/// Failures of the framework's own: an empty answer, or its words as plain text.
fn bare(response: &Response) -> Option<Failure> {
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    let is_written = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if !is_failure || is_written {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => Failure::not_found(),
        _ if status.is_server_error() => Failure::unexpected(),
        _ => Failure::new(
            status,
            "This request cannot be answered",
            "Nothing was done. Go back to the dashboard and try again there.",
        ),
    })
}

/// A bug of ours ends one request and nothing else. The panic's text goes to the log.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the layer wants"
)]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text, "a request of the dashboard panicked");
    Failure::unexpected().into_response()
}

fn secure(headers: &mut HeaderMap, nonce: &Nonce, is_https: bool, had_cookie: bool) {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
        nonce.0
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not no-referrer: a form without scripting would send `Origin: null`.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            // Not includeSubDomains: what else the operator serves below this name is not ours to forbid.
            HeaderValue::from_static("max-age=63072000"),
        );
    }
    // Pages of a signed-in person are nobody else's, and the others are cheap to make.
    let caching = if had_cookie { "no-store" } else { "no-cache" };
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(caching));
}
