//! As much of a browser as the dashboard's rules are about: cookies, the host, where a request comes from.

use std::{cell::RefCell, collections::BTreeMap, net::SocketAddr};

use axum::{body::Body, extract::ConnectInfo};
use http::{HeaderMap, Method, Request, header};

use crate::support::{Answer, App, EventStream};

pub struct Browser<'a> {
    app: &'a App,
    host: String,
    peer: SocketAddr,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    /// One on the server's own machine that goes by the base URL.
    pub fn new(app: &'a App) -> Self {
        let base = &app.services.settings.base_url;
        let port = base.port().map(|port| format!(":{port}"));
        let host = base.host_str().expect("a host");
        Self {
            app,
            host: format!("{host}{}", port.unwrap_or_default()),
            peer: SocketAddr::from(([127, 0, 0, 1], 50_000)),
            cookies: RefCell::default(),
        }
    }

    pub fn from_peer(app: &'a App, peer: &str) -> Self {
        Self {
            peer: peer.parse().expect("an address"),
            ..Self::new(app)
        }
    }

    /// One that has signed in for development.
    pub async fn signed_in(app: &'a App, email: &str) -> Self {
        let browser = Self::new(app);
        let answer = browser.post("/auth/dev", &[("email", email)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }

    /// Loads a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", "text/html")], String::new())
            .await
    }

    /// Sends a form of one of our pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [
            ("accept", "text/html"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(Method::POST, path, &headers, encode(fields))
            .await
    }

    /// Calls a server function as an island does.
    pub async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [
            ("accept", "application/json"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(Method::POST, path, &headers, encode(fields))
            .await
    }

    /// Any request, with the cookies that there are. A header given here takes the place of the browser's own.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let request = self.request(method, path, headers, body);
        let answer = self.app.send(request).await;
        self.keep(&answer.headers);
        answer
    }

    /// Listens to the changes that an open page is told of.
    pub async fn live(&self) -> EventStream {
        let request = self.request(Method::GET, "/dashboard/live", &[], String::new());
        EventStream::of(self.app.begin(request).await)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(self.peer));
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, &self.host);
        }
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from(body)).expect("a request")
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// What somebody else put there.
    pub fn plant(&self, name: &str, value: &str) {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.cookies.borrow_mut().insert(name, value);
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<_> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep(&self, headers: &HeaderMap) {
        for set in set_cookies(headers) {
            let (pair, attributes) = set.split_once(';').unwrap_or((&set, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            // Browsers take such a name only over TLS, and no removal without Secure either.
            if name.starts_with("__Host-") && !attributes.contains("Secure") {
                continue;
            }
            if attributes.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.plant(name, value);
            }
        }
    }
}

pub fn set_cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|value| value.to_str().expect("text").to_owned())
        .collect()
}

/// The value of a hidden field of the first form that has it.
pub fn field(html: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = html
        .find(&start)
        .unwrap_or_else(|| panic!("no {name} in {html}"));
    let rest = &html[at + start.len()..];
    rest[..rest.find('"').expect("an end")].to_owned()
}

fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
