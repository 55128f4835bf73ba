//! As much of a browser as signing in needs: it keeps cookies, and refuses the ones that a real one refuses.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{HeaderMap, Method, Request, header};
use url::Url;

use crate::support::{Answer, App};

pub struct Browser<'a> {
    app: &'a App,
    /// By name.
    pub jar: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub const fn new(app: &'a App) -> Self {
        Self {
            app,
            jar: BTreeMap::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.request(Method::GET, path, "none").await
    }

    /// Posts an empty form of our own page.
    pub async fn post(&mut self, path: &str) -> Answer {
        self.request(Method::POST, path, "same-origin").await
    }

    /// Posts a form of our own page.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, path, "same-origin", body).await
    }

    pub async fn request(&mut self, method: Method, path: &str, site: &str) -> Answer {
        self.send(method, path, site, String::new()).await
    }

    async fn send(&mut self, method: Method, path: &str, site: &str, body: String) -> Answer {
        let host = self.app.services.settings.base_url.authority().to_owned();
        let cookies: Vec<String> = self
            .jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let answer = self
            .app
            .send(request.body(Body::from(body)).expect("a request"))
            .await;
        for cookie in set_cookies(&answer.headers) {
            self.keep(&cookie);
        }
        answer
    }

    /// Follows the link "Sign in with Google": where it leads.
    pub async fn begin(&mut self, return_to: &str) -> Url {
        let answer = self
            .get(&format!("/auth/google?return_to={return_to}"))
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        Url::parse(answer.header("location")).expect("an address")
    }

    pub async fn is_signed_in(&mut self) -> bool {
        let answer = self.get("/dashboard").await;
        if answer.status == 200 {
            return true;
        }
        assert!(answer.status.is_redirection(), "{}", answer.status);
        assert!(answer.header("location").starts_with("/auth/sign-in"));
        false
    }

    /// The session cookie's value.
    pub fn session(&self) -> Option<&str> {
        let session = |name: &str| self.jar.get(name).map(String::as_str);
        session("coop_session").or_else(|| session("__Host-coop_session"))
    }

    fn keep(&mut self, cookie: &SetCookie) {
        let is_refused =
            cookie.name.starts_with("__Host-") && !(cookie.has("Secure") && cookie.has("Path=/"));
        if is_refused {
            return;
        }
        if cookie.value.is_empty() {
            self.jar.remove(&cookie.name);
        } else {
            self.jar.insert(cookie.name.clone(), cookie.value.clone());
        }
    }
}

/// A `Set-Cookie` header.
pub struct SetCookie {
    pub name: String,
    pub value: String,
    /// Sorted.
    pub attributes: Vec<String>,
}

impl SetCookie {
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|one| one == attribute)
    }
}

pub fn set_cookies(headers: &HeaderMap) -> Vec<SetCookie> {
    let read = |text: &str| {
        let mut parts = text.split("; ").map(str::to_owned);
        let pair = parts.next().expect("a pair");
        let (name, value) = pair.split_once('=').expect("a name and a value");
        let (name, value) = (name.to_owned(), value.to_owned());
        let mut attributes: Vec<String> = parts.collect();
        attributes.sort();
        SetCookie {
            name,
            value,
            attributes,
        }
    };
    let headers = headers.get_all(header::SET_COOKIE).iter();
    headers
        .map(|value| read(value.to_str().expect("ASCII")))
        .collect()
}
