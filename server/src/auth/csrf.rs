//! Requests that change something have to come from our own pages.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};

use super::{DashboardState, Failure};
use crate::config::Settings;

/// Lets a request with an unsafe method pass only from a page of ours.
pub async fn guard(State(state): State<DashboardState>, request: Request, next: Next) -> Response {
    if is_allowed(
        &state.services.settings,
        request.method(),
        request.headers(),
    ) {
        return next.run(request).await;
    }
    Failure::new(
        StatusCode::FORBIDDEN,
        "This request came from another site",
        "Nothing was done. Open the dashboard itself and try again there.",
    )
    .into_response()
}

/// `Sec-Fetch-Site` decides, being the browser's own word; `Origin` for browsers that do not send it. A request with
/// neither is no browser's form.
fn is_allowed(settings: &Settings, method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value.to_str().unwrap_or_default()),
            _ => None,
        }
    };
    if headers.contains_key("sec-fetch-site") {
        return only("sec-fetch-site") == Some("same-origin");
    }
    let Some(origin) = only(header::ORIGIN.as_str()) else {
        return false;
    };
    if origin == settings.base_url.origin().ascii_serialization() {
        return true;
    }
    // A loopback server answers to every loopback name, so there ours is the name it was asked by.
    settings.is_loopback()
        && only(header::HOST.as_str())
            .is_some_and(|host| origin == format!("{}://{host}", settings.base_url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::session::tests::settings;

    fn post(base_url: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    header::HeaderValue::from_static(value),
                )
            })
            .fold(HeaderMap::new(), |mut all, (name, value)| {
                all.append(name, value);
                all
            });
        is_allowed(&settings(base_url), &Method::POST, &headers)
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        const SITE: &str = "sec-fetch-site";
        let table: [(&[(&str, &str)], bool); 14] = [
            (&[(SITE, "same-origin")], true),
            (&[(SITE, "same-site")], false),
            (&[(SITE, "cross-site")], false),
            (&[(SITE, "none")], false),
            (&[(SITE, "")], false),
            (&[(SITE, "same-origin"), (SITE, "cross-site")], false),
            (
                &[(SITE, "cross-site"), ("origin", "https://locks.example")],
                false,
            ),
            (
                &[(SITE, "same-origin"), ("origin", "https://evil.example")],
                true,
            ),
            (&[("origin", "https://locks.example")], true),
            (&[("origin", "http://locks.example")], false),
            (&[("origin", "https://locks.example.evil.example")], false),
            (&[("origin", "null")], false),
            (
                &[("origin", "https://evil.example"), ("host", "evil.example")],
                false,
            ),
            (&[], false),
        ];
        for (headers, allowed) in table {
            let headers: Vec<_> = headers.to_vec();
            assert_eq!(
                post("https://locks.example", &headers),
                allowed,
                "{headers:?}"
            );
        }
    }

    #[test]
    fn on_a_loopback_server_the_name_it_was_asked_by_is_ours_and_another_port_is_not() {
        let base = "http://localhost:3000";
        let host = ("host", "127.0.0.1:3000");
        assert!(post(base, &[host, ("origin", "http://127.0.0.1:3000")]));
        assert!(!post(base, &[host, ("origin", "http://127.0.0.1:5173")]));
        assert!(!post(base, &[host, ("origin", "https://127.0.0.1:3000")]));
    }

    #[test]
    fn looking_is_allowed_from_anywhere() {
        let settings = settings("https://locks.example");
        let mut headers = HeaderMap::new();
        headers.insert(
            "sec-fetch-site",
            header::HeaderValue::from_static("cross-site"),
        );
        for (method, allowed) in [
            (Method::GET, true),
            (Method::HEAD, true),
            (Method::PUT, false),
            (Method::DELETE, false),
            (Method::PATCH, false),
        ] {
            assert_eq!(
                is_allowed(&settings, &method, &headers),
                allowed,
                "{method}"
            );
        }
    }
}
