//! Cookies; and the settings that unit tests of this domain use.

use http::{HeaderMap, HeaderValue, header::COOKIE};

use super::{CookieKind, Cookies};
use crate::config::{self, Overrides, Settings};

/// The defaults under another base URL.
pub(crate) fn settings(base_url: &str) -> Settings {
    let overrides = Overrides {
        file: None,
        values: vec![("base_url", base_url.to_owned())],
    };
    config::load(&overrides).expect("valid settings")
}

#[test]
fn cookies_are_bound_to_the_host_over_https() {
    let cookies = Cookies::new(&settings("https://locks.example"));
    let set = cookies.set(CookieKind::SignIn, "v", 600);
    assert_eq!(
        set.to_str().expect("ASCII"),
        "__Host-coop_sign_in=v; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600"
    );
    assert!(set.is_sensitive());
}

#[test]
fn a_loopback_server_has_plain_names_and_no_secure() {
    let cookies = Cookies::new(&settings("http://localhost:3000"));
    let set = cookies.set(CookieKind::Session, "", 0);
    assert_eq!(
        set.to_str().expect("ASCII"),
        "coop_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
    );
}

#[test]
fn the_name_that_is_not_in_force_is_not_read() {
    let mut headers = HeaderMap::new();
    headers.append(COOKIE, HeaderValue::from_static("a=1; coop_sign_in=plain"));
    headers.append(COOKIE, HeaderValue::from_static("__Host-coop_sign_in=host"));
    let read = |base| Cookies::new(&settings(base)).read(CookieKind::SignIn, &headers);
    assert_eq!(read("https://locks.example"), Some("host"));
    assert_eq!(read("http://localhost"), Some("plain"));
}
