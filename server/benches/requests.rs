//! What a request costs before anything is decided: the key, the quota, the way to its handler.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot go on ends there"
)]

use std::{fs, hint::black_box, net::SocketAddr, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use axum::{body::Body, extract::ConnectInfo};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use coop_engine::Time;
use coop_locker::{
    api::Api,
    auth::{api_key::authenticate, exchange::Exchange},
    client::Client,
    clock::SharedClock,
    config::{self, Overrides},
    domain::{
        exchange::issue,
        issuers::{self, NewIssuer, Proof},
        tenants,
    },
    keyring::KeyText,
    lifecycle::{self, Opening},
    model::{
        Actor, By, IssuerKeys, IssuerSettings, SigningAlgorithm, TenantId, Tier, TrustedIssuer,
    },
    rate_limit::{Kind, RateLimiter},
    store::Purpose,
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{Extensions, HeaderMap, HeaderValue, Method, Request, header};
use serde_json::json;
use tokio::runtime::Runtime;

/// A server without a listener, with a key whose quota is not used up by a benchmark.
struct Server {
    runtime: Runtime,
    opening: Opening,
    limiter: Arc<RateLimiter>,
    tenant: TenantId,
    key: String,
}

impl Server {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let tiers = folder.path().join("tiers.toml");
        fs::write(
            &tiers,
            "[free]\nwritesPerMinute = 800000000\noperationsPerDay = 0\njwtExchange = true\n",
        )
        .expect("written");
        let values = vec![
            ("database_url", "memory:".to_owned()),
            (
                "master_key_file",
                folder.path().join("key").display().to_string(),
            ),
            ("tiers_file", tiers.display().to_string()),
        ];
        let settings = config::load(&Overrides { file: None, values }).expect("settings");
        let clock = SharedClock::system();
        let opening = lifecycle::open(settings, clock.clone(), Purpose::Command);
        let opening = runtime.block_on(opening).expect("opened");
        let services = &opening.services;
        let limiter = Arc::new(RateLimiter::new(&services.settings.tiers, &clock));
        let created = runtime.block_on(tenants::create(
            &services.ledger,
            &services.keyring,
            &clock,
            "bench",
            None,
            Tier::Free,
            By::local(Actor::Operator),
        ));
        let created = created.expect("made");
        Self {
            tenant: created.tenant.id,
            key: created.value.expose().to_owned(),
            runtime,
            limiter,
            opening,
        }
    }

    fn headers(key: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", HeaderValue::from_str(key).expect("text"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static("bench/1"));
        headers.insert(header::HOST, HeaderValue::from_static("localhost:3000"));
        headers
    }

    fn extensions() -> Extensions {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 1000))));
        extensions
    }
}

fn key_check(criterion: &mut Criterion) {
    let server = Server::start();
    let mut group = criterion.benchmark_group("key check");
    let unknown = KeyText::generate_api_key();
    for (name, value) in [
        ("valid", server.key.as_str()),
        ("unknown", unknown.expose()),
        ("malformed", "coop_sk_nothing"),
    ] {
        let (headers, extensions) = (Server::headers(value), Server::extensions());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let client = Client::of(&headers, &extensions, 0);
                let services = &server.opening.services;
                black_box(authenticate(
                    services,
                    &server.limiter,
                    &headers,
                    "/api/v1/auth/whoami",
                    &client,
                ))
            });
        });
    }
    group.finish();
}

fn use_of_a_key(criterion: &mut Criterion) {
    let server = Server::start();
    let services = &server.opening.services;
    let value = KeyText::parse(&server.key).expect("a key");
    let digest = services.keyring.digest(&value);
    let coop_locker::ledger::Found::Live(credential) = services.ledger.credentials().find(&digest)
    else {
        return;
    };
    let Some(usage) = credential.usage() else {
        return;
    };
    let (headers, extensions) = (Server::headers(&server.key), Server::extensions());
    criterion.bench_function("counting a use", |bencher| {
        bencher.iter(|| {
            let client = Client::of(&headers, &extensions, 0);
            let now = Time::from_micros(1_795_478_400_000_000);
            let credentials = services.ledger.credentials();
            credentials.note_use(black_box(usage), now, &client);
        });
    });
}

fn limiter(criterion: &mut Criterion) {
    let server = Server::start();
    criterion.bench_function("limiter", |bencher| {
        bencher.iter(|| {
            let tenant = black_box(server.tenant);
            black_box(server.limiter.take(tenant, Tier::Free, Kind::Read, 1))
        });
    });
}

fn request(criterion: &mut Criterion) {
    let server = Server::start();
    let api = Api::new(server.opening.services.clone(), Arc::clone(&server.limiter));
    let mut group = criterion.benchmark_group("whole request");
    // The first is routed, counted and answered without asking the store; the second reads four rows of it.
    for (name, path) in [
        ("refused query", "/api/v1/Reservation?x=1"),
        ("whoami", "/api/v1/auth/whoami"),
    ] {
        let make = || {
            let mut request = Request::new(Body::empty());
            *request.method_mut() = Method::GET;
            *request.uri_mut() = path.parse().expect("a path");
            *request.headers_mut() = Server::headers(&server.key);
            *request.extensions_mut() = Server::extensions();
            request
        };
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                make,
                |request| server.runtime.block_on(api.clone().answer(request)),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// An issuer of the tenant's, and a JWT of its own for ten minutes.
fn issuer_with_jwt(server: &Server) -> (TrustedIssuer, String) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let key = json!({"kid": "k", "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)});
    let services = &server.opening.services;
    let new = NewIssuer {
        issuer: "https://id.example.com".to_owned(),
        audience: None,
        settings: IssuerSettings {
            label: "users".to_owned(),
            algorithms: SigningAlgorithm::ALL.to_vec(),
            keys: IssuerKeys::Set(json!({ "keys": [key] }).to_string()),
            one_time: false,
            max_age_seconds: None,
            max_ttl: IssuerSettings::default_max_ttl(),
            max_active: None,
        },
        proof: Proof::Asked,
    };
    let added = issuers::add(
        &services.ledger,
        &services.clock,
        &services.settings.tiers,
        services.settings.base(),
        server.tenant,
        new,
        By::local(Actor::Operator),
    );
    let issuer = server.runtime.block_on(added).expect("added");
    let now = services.clock.now().as_micros() / 1_000_000;
    let claims = json!({
        "iss": issuer.issuer, "aud": issuer.audience, "sub": "alice", "iat": now, "exp": now + 600,
    });
    let header = json!({"alg": "ES256", "kid": "k"});
    let message = format!(
        "{}.{}",
        text(header.to_string().as_bytes()),
        text(claims.to_string().as_bytes())
    );
    let signature = pair
        .sign(&SystemRandom::new(), message.as_bytes())
        .expect("signed");
    let jwt = format!("{message}.{}", text(signature.as_ref()));
    (issuer, jwt)
}

fn exchange(criterion: &mut Criterion) {
    let server = Server::start();
    let (issuer, jwt) = issuer_with_jwt(&server);
    let services = &server.opening.services;
    let exchange = Exchange::new(services);
    let mut group = criterion.benchmark_group("exchange");
    group.bench_function("every check of a JWT (ES256)", |bencher| {
        bencher.iter(|| {
            let attempt = exchange
                .attempt_for(issuer.clone(), black_box(&jwt))
                .expect("of the issuer");
            let verified = server.runtime.block_on(exchange.verify(services, attempt));
            black_box(verified.is_ok())
        });
    });
    group.bench_function("a token issued, without a disk", |bencher| {
        bencher.iter(|| {
            server.runtime.block_on(async {
                let attempt = exchange.identify(services, &jwt).await;
                let Ok(attempt) = attempt else { return false };
                let Ok(accepted) = exchange.verify(services, attempt).await else {
                    return false;
                };
                let (ledger, keyring) = (&services.ledger, &services.keyring);
                let tiers = &services.settings.tiers;
                let token = issue(ledger, keyring, &services.clock, tiers, accepted).await;
                black_box(token.is_ok())
            })
        });
    });
    group.finish();
}

criterion_group!(benches, key_check, use_of_a_key, limiter, request, exchange);
criterion_main!(benches);
