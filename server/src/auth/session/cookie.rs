use http::HeaderValue;

use crate::config::Settings;

/// Which of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieKind {
    /// The id of a session.
    Session,
    /// The secret that binds sign-ins under way to the browser that began them.
    SignIn,
}

/// How cookies are written under these settings.
///
/// Over https their names begin with `__Host-`: browsers then take them only from us, over TLS, for the whole host. A
/// loopback server has no TLS and so no right to that name; the name that is not in force is not read.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    is_secure: bool,
}

impl Cookies {
    /// Under these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            is_secure: settings.is_https(),
        }
    }

    /// Whether they travel over TLS only.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        self.is_secure
    }

    /// A cookie's name.
    #[must_use]
    pub const fn name(self, kind: CookieKind) -> &'static str {
        match (kind, self.is_secure) {
            (CookieKind::Session, true) => "__Host-coop_session",
            (CookieKind::Session, false) => "coop_session",
            (CookieKind::SignIn, true) => "__Host-coop_sign_in",
            (CookieKind::SignIn, false) => "coop_sign_in",
        }
    }

    /// A `Set-Cookie` value that keeps `value` for `seconds`; for zero seconds it takes the cookie away.
    ///
    /// # Panics
    /// When `value` is not made of letters, digits, `-` and `_`.
    #[must_use]
    pub fn set(self, kind: CookieKind, value: &str, seconds: u32) -> HeaderValue {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let name = self.name(kind);
        let text =
            format!("{name}={value}; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age={seconds}");
        let mut header =
            HeaderValue::try_from(text).expect("names and values of cookies are ASCII");
        header.set_sensitive(true);
        header
    }

    /// The value that a browser sent.
    #[must_use]
    pub fn read(self, kind: CookieKind, headers: &http::HeaderMap) -> Option<&str> {
        let name = self.name(kind);
        headers
            .get_all(http::header::COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}
