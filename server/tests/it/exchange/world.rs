//! A server, a tenant with a trusted issuer, and the issuer's keys.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use coop_locker::{
    clock::Clock as _,
    domain::{
        exchange::FAILURES_KEPT,
        issuers::{self, Edit, NewIssuer, Proof},
    },
    model::{
        ExchangeFailure, ExchangeHour, IssuerKeys, IssuerSettings, SigningAlgorithm, TenantId,
        Tier, TrustedIssuer,
    },
};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::support::{
    Answer, App, Tenant, by,
    jwt::Draft,
    keys::{ED25519, Key, P256, P384, RSA},
};

pub const ISSUER: &str = "https://id.acme.example";
pub const LOOPBACK: (&str, &str) = ("jwks_private_networks", "127.0.0.0/8");

/// Where an issuer's keys lie.
pub struct KeyServer {
    pub url: String,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

struct Shared {
    /// What is answered: a status, a `Location` and a body.
    answer: Mutex<(StatusCode, String, String)>,
    asked: AtomicUsize,
}

impl KeyServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            answer: Mutex::default(),
            asked: AtomicUsize::default(),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let stop = CancellationToken::new();
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        TaskTracker::new().spawn(serving.into_future());
        let server = Self {
            url,
            shared,
            _stop: stop.drop_guard(),
        };
        server.set(&[&RSA]);
        server
    }

    /// From now on these are the keys.
    pub fn set(&self, keys: &[&Key]) {
        self.say(200, "", &set(keys));
    }

    /// From now on this is the answer.
    pub fn say(&self, status: u16, location: &str, body: &str) {
        let status = StatusCode::from_u16(status).expect("a status");
        *lock(&self.shared.answer) = (status, location.to_owned(), body.to_owned());
    }

    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

async fn answer(State(shared): State<Arc<Shared>>) -> Response {
    shared.asked.fetch_add(1, Ordering::SeqCst);
    let (status, location, body) = lock(&shared.answer).clone();
    if location.is_empty() {
        return (status, body).into_response();
    }
    (status, [(header::LOCATION, location)], body).into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The text of a key set.
pub fn set(keys: &[&Key]) -> String {
    let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

pub struct World {
    pub app: App,
    pub tenant: Tenant,
}

/// Every algorithm, and a key for each.
pub fn settings() -> IssuerSettings {
    IssuerSettings {
        label: "acme-users".to_owned(),
        algorithms: SigningAlgorithm::ALL.to_vec(),
        keys: IssuerKeys::Set(set(&[&RSA, &P256, &P384, &ED25519])),
        one_time: false,
        max_age_seconds: None,
        max_ttl: IssuerSettings::default_max_ttl(),
        max_active: None,
    }
}

impl World {
    pub async fn start() -> Self {
        Self::with(&[LOOPBACK]).await
    }

    pub async fn with(values: &[(&'static str, &str)]) -> Self {
        let app = App::start_with(values).await;
        let tenant = app.tenant(Tier::Starter).await;
        Self { app, tenant }
    }

    pub async fn restart(self) -> Self {
        Self {
            app: self.app.restart().await,
            tenant: self.tenant,
        }
    }

    /// Adds an issuer with uploaded keys.
    pub async fn issuer(&self) -> TrustedIssuer {
        self.issuer_with(|_| {}).await
    }

    pub async fn issuer_with(&self, change: impl FnOnce(&mut IssuerSettings)) -> TrustedIssuer {
        self.issuer_of(self.tenant.id, change).await
    }

    pub async fn issuer_of(
        &self,
        tenant: TenantId,
        change: impl FnOnce(&mut IssuerSettings),
    ) -> TrustedIssuer {
        let mut settings = settings();
        change(&mut settings);
        let new = NewIssuer {
            issuer: ISSUER.to_owned(),
            audience: None,
            settings,
            proof: Proof::Asked,
        };
        self.add(tenant, new).await.expect("added")
    }

    pub async fn add(
        &self,
        tenant: TenantId,
        new: NewIssuer,
    ) -> Result<TrustedIssuer, coop_locker::domain::Error> {
        let services = &self.app.services;
        issuers::add(
            &services.ledger,
            &services.clock,
            &services.settings.tiers,
            services.settings.base(),
            tenant,
            new,
            by(),
        )
        .await
    }

    pub async fn edit(&self, issuer: &TrustedIssuer, edit: Edit) -> TrustedIssuer {
        let services = &self.app.services;
        issuers::change(
            &services.ledger,
            &services.clock,
            issuer.tenant,
            issuer.id,
            issuer.version,
            edit,
            by(),
        )
        .await
        .expect("changed")
    }

    pub async fn delete(&self, issuer: &TrustedIssuer) {
        let services = &self.app.services;
        let (ledger, clock) = (&services.ledger, &services.clock);
        issuers::delete(ledger, clock, issuer.tenant, issuer.id, by())
            .await
            .expect("deleted");
    }

    /// Now, in seconds.
    pub fn now(&self) -> i64 {
        self.app.clock.now().as_micros() / 1_000_000
    }

    /// A JWT of the issuer's for an hour.
    pub fn draft(&self, issuer: &TrustedIssuer) -> Draft {
        Draft {
            header: json!({"alg": "RS256", "typ": "JWT", "kid": RSA.id}),
            claims: json!({
                "iss": issuer.issuer,
                "sub": "alice",
                "aud": issuer.audience,
                "iat": self.now(),
                "exp": self.now() + 3_600,
            }),
            key: &RSA,
            finish: |token| token,
        }
    }

    pub async fn exchange(&self, jwt: &str) -> Answer {
        self.post(&json!({ "jwt": jwt }).to_string(), &[]).await
    }

    pub async fn post(&self, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request =
            Request::post("/api/v1/auth/token").header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned()));
        self.app.send(request.expect("a request")).await
    }

    /// A token for a subject.
    pub async fn token(&self, issuer: &TrustedIssuer, subject: &str) -> String {
        let mut draft = self.draft(issuer);
        draft.claims["sub"] = subject.into();
        let answer = self.exchange(&draft.sign()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["token"].as_str().expect("a token").to_owned()
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.app
            .call(token, Method::DELETE, "/auth/token", None)
            .await
    }

    /// The first of what a token's or key's reserve answers.
    pub async fn reserve(&self, key: &str, item: Value) -> Value {
        let answer = self.app.reserve(key, json!([item])).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()[0].clone()
    }

    pub async fn failures(&self, issuer: &TrustedIssuer) -> Vec<ExchangeFailure> {
        let failures = self.history(issuer).await.failures;
        assert!(failures.len() <= usize::try_from(FAILURES_KEPT).expect("small"));
        failures
    }

    pub async fn hours(&self, issuer: &TrustedIssuer) -> Vec<ExchangeHour> {
        self.history(issuer).await.hours
    }

    async fn history(&self, issuer: &TrustedIssuer) -> issuers::History {
        let services = &self.app.services;
        let now = services.clock.now();
        issuers::history(&services.ledger, issuer.tenant, issuer.id, now)
            .await
            .expect("read")
    }
}
