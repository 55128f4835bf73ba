//! Sign-in without a provider, for development on this machine only.

use std::net::SocketAddr;

use axum::{
    Form,
    extract::{ConnectInfo, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{Extensions, HeaderMap, header, request::Parts};
use serde::Deserialize;
use tower_sessions::Session;

use super::{DashboardState, Failure, return_to, sign_in_as};
use crate::{config::Settings, model::Identity};

/// The issuer of everybody who signs in here. No OpenID provider's issuer is no URL, so nobody else can have it.
pub const ISSUER: &str = "dev";
/// RFC 5321: no address is longer.
const LONGEST_EMAIL: usize = 254;

/// Whether this very request may use it: switched on, no provider configured, nothing in front of the server, and a
/// peer on this machine.
#[must_use]
pub fn is_offered(settings: &Settings, headers: &HeaderMap, extensions: &Extensions) -> bool {
    let from_this_machine = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    let forwarded = headers
        .keys()
        .any(|name| *name == header::FORWARDED || name.as_str().starts_with("x-forwarded"));
    settings.dev_sign_in
        && settings.google.is_none()
        && settings.is_loopback()
        && from_this_machine
        && !forwarded
}

/// What the page posts.
#[derive(Deserialize)]
pub struct SignIn {
    email: String,
    return_to: Option<String>,
}

/// Signs in whoever the form says. Where it is not offered, there is nothing here.
///
/// # Errors
/// [`Failure`] when it is not offered, the address is none, or the store fails.
pub async fn sign_in(
    State(state): State<DashboardState>,
    session: Session,
    parts: Parts,
    form: Result<Form<SignIn>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Failure> {
    let settings = &state.services.settings;
    if !is_offered(settings, &parts.headers, &parts.extensions) {
        return Err(Failure::not_found());
    }
    let Ok(Form(SignIn {
        email,
        return_to: asked,
    })) = form
    else {
        return Err(Failure::bad_form("The e-mail address is missing."));
    };
    let email = email.trim();
    if !is_email(email) {
        return Err(Failure::bad_form("That is no e-mail address."));
    }
    let identity = Identity {
        issuer: ISSUER.to_owned(),
        subject: email.to_owned(),
        email: Some(email.to_owned()),
        name: None,
    };
    sign_in_as(&state, session, &parts, identity, None).await?;
    Ok(Redirect::to(&return_to(&settings.base_url, asked.as_deref())).into_response())
}

fn is_email(text: &str) -> bool {
    text.len() <= LONGEST_EMAIL
        && !text.contains(|c: char| c.is_control() || c.is_whitespace())
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::{auth::session::tests::settings, config::GoogleClient};

    fn from(peer: &str) -> Extensions {
        let mut extensions = Extensions::new();
        let peer: SocketAddr = peer.parse().expect("an address");
        extensions.insert(ConnectInfo(peer));
        extensions
    }

    fn offered(settings: &Settings, header: Option<&'static str>, peer: &str) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(name) = header {
            headers.insert(name, http::HeaderValue::from_static("for=1.2.3.4"));
        }
        is_offered(settings, &headers, &from(peer))
    }

    #[test]
    fn it_is_offered_on_this_machine_alone() {
        let here = settings("http://localhost:3000");
        assert!(offered(&here, None, "127.0.0.1:5000"));
        assert!(offered(&here, None, "[::1]:5000"));
        assert!(offered(&here, None, "[::ffff:127.0.0.1]:5000"));
        assert!(!offered(&here, None, "192.168.0.7:5000"));
        assert!(!is_offered(&here, &HeaderMap::new(), &Extensions::new()));
    }

    #[test]
    fn a_trace_of_anything_in_front_of_the_server_takes_it_away() {
        let here = settings("http://localhost:3000");
        for header in [
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
        ] {
            assert!(!offered(&here, Some(header), "127.0.0.1:5000"), "{header}");
        }
    }

    #[test]
    fn a_public_address_a_provider_or_the_setting_takes_it_away() {
        let mut google = settings("http://localhost:3000");
        google.google = Some(GoogleClient {
            id: "id".to_owned(),
            secret: SecretString::from("secret"),
        });
        let mut off = settings("http://localhost:3000");
        off.dev_sign_in = false;
        let mut public = settings("https://locks.example");
        public.dev_sign_in = true;
        for settings in [google, off, public] {
            assert!(!offered(&settings, None, "127.0.0.1:5000"));
        }
    }

    #[test]
    fn an_address_has_two_sides_and_no_spaces() {
        assert!(is_email("a@b"));
        for wrong in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c",
            "a@b\n",
            &format!("{}@b", "a".repeat(253)),
        ] {
            assert!(!is_email(wrong), "{wrong:?}");
        }
    }
}
