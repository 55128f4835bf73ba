//! An OpenID provider: discovery, key set, token endpoint. Its pages are left out: a test says what the person does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use url::{Url, form_urlencoded};

use crate::support::keys::{ED25519, P256, RSA};

pub const CLIENT: &str = "our-client";
pub const SECRET: &str = "our-client-secret";
pub const DISCOVERY: &str = "/.well-known/openid-configuration";
pub const KEYS: &str = "/keys";
pub const TOKEN: &str = "/token";

pub struct Provider {
    pub issuer: String,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

#[derive(Default)]
struct Shared {
    issuer: String,
    grants: Mutex<HashMap<String, Grant>>,
    /// What a path answers instead: a status, a `Location` and a body.
    faults: Mutex<HashMap<&'static str, (StatusCode, String, String)>>,
    keys: Mutex<Vec<Value>>,
    seen: Mutex<Vec<String>>,
}

/// What a code stands for.
#[derive(Clone)]
pub struct Grant {
    pub redirect: String,
    pub challenge: String,
    pub id_token: String,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            issuer: issuer.clone(),
            keys: Mutex::new(vec![RSA.jwk(), P256.jwk(), ED25519.jwk()]),
            ..Shared::default()
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let stop = CancellationToken::new();
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        TaskTracker::new().spawn(serving.into_future());
        Self {
            issuer,
            shared,
            _stop: stop.drop_guard(),
        }
    }

    /// From now on `path` answers this.
    pub fn fail(&self, path: &'static str, status: u16, body: &str) {
        let status = StatusCode::from_u16(status).expect("a status");
        let fault = (status, String::new(), body.to_owned());
        lock(&self.shared.faults).insert(path, fault);
    }

    /// From now on `path` sends elsewhere.
    pub fn redirect(&self, path: &'static str, to: &str) {
        let fault = (StatusCode::TEMPORARY_REDIRECT, to.to_owned(), String::new());
        lock(&self.shared.faults).insert(path, fault);
    }

    /// Everything works again.
    pub fn recover(&self) {
        lock(&self.shared.faults).clear();
    }

    pub fn set_keys(&self, keys: Vec<Value>) {
        *lock(&self.shared.keys) = keys;
    }

    pub fn discovery(&self) -> Value {
        self.shared.discovery()
    }

    pub fn grant(&self, code: &str, grant: Grant) {
        lock(&self.shared.grants).insert(code.to_owned(), grant);
    }

    /// How often `path` was asked for.
    pub fn count(&self, path: &str) -> usize {
        let seen = lock(&self.shared.seen);
        seen.iter().filter(|one| *one == path).count()
    }
}

impl Shared {
    fn discovery(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": format!("{}/authorize", self.issuer),
            "token_endpoint": format!("{}{TOKEN}", self.issuer),
            "jwks_uri": format!("{}{KEYS}", self.issuer),
        })
    }

    /// RFC 6749, section 4.1.3, and RFC 7636, section 4.6. A code is gone once it was shown.
    fn exchange(&self, authorization: Option<&str>, form: &HashMap<String, String>) -> Response {
        let refuse = |error| {
            (
                StatusCode::BAD_REQUEST,
                json!({ "error": error }).to_string(),
            )
        };
        let basic = BASE64_STANDARD.encode(format!("{CLIENT}:{SECRET}"));
        if authorization != Some(&format!("Basic {basic}")) {
            return refuse("invalid_client").into_response();
        }
        let field = |name| form.get(name).map(String::as_str).unwrap_or_default();
        let Some(grant) = lock(&self.grants).remove(field("code")) else {
            return refuse("invalid_grant").into_response();
        };
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
        if field("grant_type") != "authorization_code"
            || field("redirect_uri") != grant.redirect
            || challenge != grant.challenge
        {
            return refuse("invalid_grant").into_response();
        }
        let tokens = json!({
            "access_token": "google-access-token",
            "refresh_token": "google-refresh-token",
            "token_type": "Bearer",
            "expires_in": 3600,
            "id_token": grant.id_token,
        });
        json_response(&tokens)
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    lock(&shared.seen).push(path.to_owned());
    if let Some((status, location, body)) = lock(&shared.faults).get(path).cloned() {
        return (status, [(header::LOCATION, location)], body).into_response();
    }
    match (&parts.method, path) {
        (&Method::GET, DISCOVERY) => json_response(&shared.discovery()),
        (&Method::GET, KEYS) => json_response(&json!({ "keys": *lock(&shared.keys) })),
        (&Method::POST, TOKEN) => {
            let body = to_bytes(body, 64 * 1024).await.expect("a form");
            let form = form_urlencoded::parse(&body).into_owned().collect();
            let authorization = parts.headers.get(header::AUTHORIZATION);
            shared.exchange(authorization.and_then(|value| value.to_str().ok()), &form)
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn json_response(value: &Value) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A query field of the way to the provider.
pub fn field(url: &Url, name: &str) -> String {
    let mut values = url.query_pairs().filter(|(key, _)| key == name);
    let value = values
        .next()
        .unwrap_or_else(|| panic!("no {name} in {url}"));
    assert!(values.next().is_none(), "{name} twice in {url}");
    value.1.into_owned()
}
