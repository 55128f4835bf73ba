//! Pages answer only to the name in the base URL, so that no other name (DNS rebinding, a forgotten virtual host) gets
//! at a session.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header, uri::Authority};
use url::{Host, Url};

use super::{DashboardState, Failure};
use crate::config::Settings;

/// Lets a request pass that asks for us by our name.
pub async fn guard(State(state): State<DashboardState>, request: Request, next: Next) -> Response {
    if is_ours(&state.services.settings, request.uri(), request.headers()) {
        return next.run(request).await;
    }
    Failure::new(
        StatusCode::MISDIRECTED_REQUEST,
        "This server goes by another name",
        "Open the dashboard by the address that its operator gave you.",
    )
    .into_response()
}

fn is_ours(settings: &Settings, uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse().ok()),
        (None, None) => uri.authority().cloned(),
        _ => None,
    };
    let Some(host): Option<Authority> = host else {
        return false;
    };
    // Parsed like the base URL was, so that case, IDN and the default port compare alike.
    let Ok(asked) = Url::parse(&format!("{}://{host}", settings.base_url.scheme())) else {
        return false;
    };
    if !asked.username().is_empty() {
        return false;
    }
    if settings.is_loopback() {
        return match asked.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
    }
    asked.origin() == settings.base_url.origin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::session::tests::settings;

    fn answers(base_url: &str, hosts: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, header::HeaderValue::from_static(host));
        }
        is_ours(
            &settings(base_url),
            &Uri::from_static("/dashboard"),
            &headers,
        )
    }

    #[test]
    fn a_public_server_answers_to_its_own_name_alone() {
        let table: [(&[&str], bool); 9] = [
            (&["locks.example"], true),
            (&["LOCKS.example"], true),
            (&["locks.example:443"], true),
            (&["locks.example:8443"], false),
            (&["evil.example"], false),
            (&["locks.example.evil.example"], false),
            (&["user@locks.example"], false),
            (&["locks.example", "evil.example"], false),
            (&[], false),
        ];
        for (hosts, expected) in table {
            assert_eq!(
                answers("https://locks.example", hosts),
                expected,
                "{hosts:?}"
            );
        }
    }

    #[test]
    fn a_loopback_server_answers_to_every_loopback_name_and_port() {
        for (host, expected) in [
            ("localhost:3000", true),
            ("127.0.0.1:4000", true),
            ("[::1]:3000", true),
            ("dev.localhost", true),
            ("evil.example:3000", false),
            ("localhost.evil.example", false),
            ("192.168.0.5:3000", false),
        ] {
            assert_eq!(
                answers("http://localhost:3000", &[host]),
                expected,
                "{host}"
            );
        }
    }
}
