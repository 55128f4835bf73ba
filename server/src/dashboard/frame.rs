//! What every answer of this door has: a request id, security headers, and a page in place of a bare failure.

use app::ports::Problem;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

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
    let nonce = Nonce(BASE64_STANDARD.encode(random::bytes::<16>()));
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(nonce.clone());
    let had_cookie = request.headers().contains_key(header::COOKIE);
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = failed(&ui, asked, &failure, response).await;
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
async fn failed(ui: &Ui, asked: Parts, failure: &Failure, original: Response) -> Response {
    if asked.uri.path().starts_with("/fn/") {
        return (failure.status, failure.title).into_response();
    }
    let problem = Problem {
        status: failure.status.as_u16(),
        title: failure.title.to_owned(),
        detail: failure.detail.to_owned(),
    };
    let mut page = render(
        ui,
        asked,
        Extra {
            shown: None,
            problem: Some(problem),
        },
    )
    .await;
    *page.status_mut() = failure.status;
    for (name, value) in original.headers() {
        if *name == header::SET_COOKIE || *name == header::ALLOW {
            page.headers_mut().append(name, value.clone());
        }
    }
    page.map(Body::new)
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
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    // Pages of a signed-in person are nobody else's, and the others are cheap to make.
    let caching = if had_cookie { "no-store" } else { "no-cache" };
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(caching));
}
