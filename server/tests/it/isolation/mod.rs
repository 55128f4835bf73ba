//! Whose things are whose: every route of the API, with every credential that must not open it.

mod routes;

use std::{collections::BTreeSet, net::SocketAddr};

use axum::{body::Body, extract::ConnectInfo};
use coop_locker::{
    domain::{api_keys, tenants},
    keyring::KeyText,
    model::Tier,
};
use http::{Request, header};
use serde_json::{Value, json};

use crate::{
    exchange::World,
    support::{Answer, App, Site, Tenant, by},
};
use routes::{DEFINED, METADATA, REQUESTER, RESOURCE, ROUTES, Route};

/// These take a JWT, or the very token that they end. What they open to whom is shown in `exchange`.
const OF_TOKENS: [&str; 2] = ["delete /api/v1/auth/token", "post /api/v1/auth/token"];

struct Scene {
    app: App,
    a: Tenant,
    b: Tenant,
    token: Value,
}

impl Scene {
    async fn new() -> Self {
        let app = App::start().await;
        let (a, b) = (app.tenant(Tier::Free).await, app.tenant(Tier::Free).await);
        let items =
            json!([{"requester": REQUESTER, "resource": RESOURCE, "metadata": {"note": METADATA}}]);
        let held = app.reserve(&a.key, items).await.json();
        let items = json!([{"name": DEFINED, "capacity": 2, "blocks": [METADATA]}]);
        let defined = app.post(&a.key, "/Resource/register", &items).await;
        assert_eq!(defined.status, 200, "{}", defined.text);
        Self {
            token: held[0]["releaseToken"].clone(),
            app,
            a,
            b,
        }
    }

    async fn ask(&self, route: &Route, headers: &[(&str, &str)]) -> Answer {
        ask(&self.app, &self.token, route, headers).await
    }

    /// A's lists, with A's own key.
    async fn of_a(&self) -> String {
        let held = self.app.get(&self.a.key, "/Reservation").await;
        let defined = self.app.get(&self.a.key, "/Resource/definitions").await;
        held.text + &defined.text
    }

    /// Rotates A's key; from then on `a.key` is the new value. Answers the old one.
    async fn rotate_a(&mut self) -> String {
        let value = self.app.rotate_default(self.a.id).await;
        std::mem::replace(&mut self.a.key, value)
    }

    /// The cookie of a person who is signed in.
    async fn cookie(&self) -> String {
        let peer = SocketAddr::from(([127, 0, 0, 1], 5_000));
        let request = Request::post(app::routes::DEV_SIGN_IN)
            .header(header::HOST, "localhost:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(ConnectInfo(peer))
            .body(Body::from("email=a%40example.com"));
        let answer = self.app.send(request.expect("a request")).await;
        let cookie = answer.header("set-cookie").split(';').next();
        let cookie = cookie.expect("a cookie").to_owned();
        assert!(cookie.starts_with("coop_session="), "{}", answer.text);
        cookie
    }
}

/// Asks a route for A's things.
async fn ask(app: &App, token: &Value, route: &Route, headers: &[(&str, &str)]) -> Answer {
    let body = route.body.map(|body| body(token).to_string());
    let mut request = Request::builder()
        .method(route.method.to_uppercase().as_str())
        .uri(route.path.replace("{name}", DEFINED) + route.query)
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.unwrap_or_default()));
    app.send(request.expect("a request")).await
}

#[test]
fn every_route_of_the_document_is_in_this_table() {
    let document = Site::new().json(&["openapi"]);
    let paths = document["paths"].as_object().expect("an object").iter();
    let documented: BTreeSet<String> = paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("an object").keys();
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect();
    let here: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .chain(OF_TOKENS.map(str::to_owned))
        .collect();
    assert_eq!(documented, here);
}

#[tokio::test]
async fn without_a_valid_key_every_route_refuses_and_nothing_changes() {
    let mut scene = Scene::new().await;
    let before = scene.of_a().await;
    let old = scene.rotate_a().await;
    let cookie = scene.cookie().await;
    let bearer = format!("Bearer {}", scene.a.key);
    let unknown = KeyText::generate_api_key();
    let cases: [(&str, &[(&str, &str)]); 6] = [
        ("API_KEY_MISSING", &[]),
        ("API_KEY_MISSING", &[("cookie", &cookie)]),
        ("API_KEY_MISSING", &[("authorization", &bearer)]),
        ("API_KEY_INVALID", &[("x-api-key", &old[..50])]),
        ("API_KEY_INVALID", &[("x-api-key", unknown.expose())]),
        (
            "API_KEY_ROTATED",
            &[("x-api-key", &old), ("cookie", &cookie)],
        ),
    ];
    for route in ROUTES {
        for (code, headers) in &cases {
            let answer = scene.ask(route, headers).await;
            if route.is_public {
                (route.told)(&answer, &scene.b);
                continue;
            }
            assert_eq!(answer.problem(401), *code, "{} {code}", route.path);
            for secret in [REQUESTER, METADATA, &scene.a.id.to_string()] {
                assert!(!answer.text.contains(secret), "{}", answer.text);
            }
        }
    }
    assert_eq!(scene.of_a().await, before);
}

#[tokio::test]
async fn with_the_key_of_another_tenant_every_route_knows_only_that_tenant() {
    for route in ROUTES {
        let scene = Scene::new().await;
        let before = scene.of_a().await;
        let answer = scene.ask(route, &[("x-api-key", &scene.b.key)]).await;
        assert_eq!(answer.status, route.status, "{}", answer.text);
        (route.told)(&answer, &scene.b);
        // What B said himself is in the answer; what only A knows is not.
        let id = scene.a.id.to_string();
        let token = scene.token.as_str().expect("a token");
        for secret in [METADATA, id.as_str(), token] {
            assert!(!answer.text.contains(secret), "{}", answer.text);
        }
        assert_eq!(scene.of_a().await, before, "{}", route.path);
    }
}

#[tokio::test]
async fn with_an_exchanged_token_of_another_tenant_every_route_knows_only_its_end_user() {
    for route in ROUTES {
        let scene = Scene::new().await;
        let before = scene.of_a().await;
        let services = &scene.app.services;
        let (ledger, clock) = (&services.ledger, &services.clock);
        tenants::set_tier(ledger, clock, scene.b.id, Tier::Starter, None, by())
            .await
            .expect("changed");
        let Scene { app, a, b, token } = scene;
        let world = World { app, tenant: b };
        let issuer = world.issuer().await;
        // He has the very name that A's requester has, and is somebody else.
        let bearer = world.token(&issuer, REQUESTER).await;
        let answer = ask(&world.app, &token, route, &[("x-api-key", &bearer)]).await;
        assert!(
            matches!(answer.status.as_u16(), 200 | 403),
            "{}: {}",
            route.path,
            answer.text
        );
        let id = a.id.to_string();
        let release = token.as_str().expect("a token");
        for secret in [METADATA, id.as_str(), release] {
            assert!(!answer.text.contains(secret), "{}", answer.text);
        }
        let World { app, tenant: b } = world;
        let scene = Scene { app, a, b, token };
        assert_eq!(scene.of_a().await, before, "{}", route.path);
    }
}

#[tokio::test]
async fn a_key_opens_nothing_of_the_dashboard() {
    let scene = Scene::new().await;
    let services = &scene.app.services;
    let key = api_keys::default_key(&services.ledger, scene.a.id).await;
    let key = key.expect("there").id;
    for (method, form) in [
        ("GET", String::new()),
        ("POST", format!("action=reveal&key={key}")),
        ("POST", format!("action=rotate&key={key}&version=1")),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(app::routes::DASHBOARD)
            .header(header::HOST, "localhost:3000")
            .header("sec-fetch-site", "same-origin")
            .header("x-api-key", &scene.a.key)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        let answer = scene.app.send(request.expect("a request")).await;
        assert_eq!(answer.status, 303, "{method}: {}", answer.text);
        assert!(answer.header("location").starts_with("/auth/sign-in"));
        assert!(!answer.text.contains(RESOURCE));
    }
    assert!(
        scene.of_a().await.contains(RESOURCE),
        "the key is what it was"
    );
}
