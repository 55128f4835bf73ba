//! What the public page on authentication promises, sentence by sentence.

use coop_engine::Label;
use coop_locker::{
    domain::{self, api_keys, tenants},
    model::{TenantId, Tier},
};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::{
    dashboard::{
        Browser,
        keys::{form_of, values},
    },
    exchange::World,
    support::{Answer, App, EVENTS, by},
};

const LIST: &str = "/Reservation/activeReservations";

async fn reserve(app: &App, key: &str, name: &str) -> Answer {
    app.reserve(key, json!([{"requester": "w", "resource": name}]))
        .await
}

async fn set_tier(app: &App, tenant: TenantId, tier: Tier) {
    let services = &app.services;
    let (ledger, clock) = (&services.ledger, &services.clock);
    tenants::set_tier(ledger, clock, tenant, tier, None, by())
        .await
        .expect("changed");
}

#[tokio::test]
async fn every_api_request_must_include_the_key_in_the_x_api_key_header() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    for (name, value, code) in [
        ("x-nothing", tenant.key.clone(), "API_KEY_MISSING"),
        (
            "authorization",
            format!("Bearer {}", tenant.key),
            "API_KEY_MISSING",
        ),
        (
            "cookie",
            format!("x-api-key={}", tenant.key),
            "API_KEY_MISSING",
        ),
        ("x-api-key", "wrong".to_owned(), "API_KEY_INVALID"),
    ] {
        for (method, path) in [
            (Method::GET, LIST),
            (Method::GET, "/auth/whoami"),
            (Method::POST, "/Reservation/reserve"),
            (Method::POST, "/Reservation/unreserve"),
        ] {
            let request = Request::builder()
                .method(method)
                .uri(format!("/api/v1{path}"))
                .header(name, &value)
                .body("[]".into());
            let answer = app.send(request.expect("a request")).await;
            assert_eq!(answer.problem(401), code, "{path} {name}");
        }
    }
    assert_eq!(app.get(&tenant.key, LIST).await.status, 200);
    app.shut_down().await;
}

#[tokio::test]
async fn the_key_is_tenant_scoped_and_cannot_access_another_tenants_resources() {
    let app = App::start().await;
    let (a, b) = (app.tenant(Tier::Free).await, app.tenant(Tier::Free).await);
    let held = reserve(&app, &a.key, "printer").await.json();
    assert_eq!(
        app.get(&b.key, LIST).await.json()["reservations"],
        json!([])
    );
    assert_eq!(
        reserve(&app, &b.key, "printer").await.json()[0]["status"],
        "ACQUIRED"
    );
    let token = &held[0]["releaseToken"];
    let item = json!([{"requester": "w", "resource": "printer", "releaseToken": token}]);
    let stolen = app.unreserve(&b.key, item).await;
    assert_eq!(stolen.json()[0]["status"], "INVALID_RELEASE_TOKEN");
    assert_eq!(
        reserve(&app, &a.key, "printer").await.json()[0]["status"],
        "ALREADY_HAD"
    );
    app.shut_down().await;
}

#[tokio::test]
async fn after_signing_in_the_default_key_is_shown_on_the_dashboard() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (key, _) = form_of(&ann).await;
    let fields = [("action", "reveal"), ("key", key.as_str())];
    let page = ann.post("/dashboard", &fields).await;
    let value = values(&page.text)[0];
    let who = app.get(value, "/auth/whoami").await.json();
    assert_eq!(who["apiKeyLabel"], "default");
    app.shut_down().await;
}

#[tokio::test]
async fn additional_keys_are_made_up_to_the_tier_limit() {
    let app = App::start().await;
    let services = &app.services;
    for (tier, limit) in [
        (Tier::Free, Some(1)),
        (Tier::Starter, Some(10)),
        (Tier::Pro, Some(100)),
        (Tier::Enterprise, None),
    ] {
        let tenant = app.tenant(tier).await;
        let further = limit.map_or(110, |limit| limit - 1);
        for number in 0..further {
            app.make_key(tenant.id, &format!("key {number}")).await;
        }
        let one_more = api_keys::create(
            &services.ledger,
            &services.keyring,
            &services.clock,
            &services.settings.tiers,
            tenant.id,
            Label::parse("one more").expect("a label"),
            by(),
        )
        .await;
        match (limit, one_more) {
            (Some(limit), Err(domain::Error::LimitReached(told))) => assert_eq!(told, limit),
            (None, Ok(_)) => {}
            (_, other) => panic!("{tier}: {:?}", other.map(|(key, _)| key.label)),
        }
    }
    app.shut_down().await;
}

/// That requests under way get their 401 too is in `races`.
#[tokio::test]
async fn rotating_a_key_immediately_invalidates_the_old_value() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    reserve(&app, &tenant.key, "printer").await;
    let new = app.rotate_default(tenant.id).await;
    for _ in 0..3 {
        let refused = reserve(&app, &tenant.key, "scanner").await;
        assert_eq!(refused.problem(401), "API_KEY_ROTATED");
    }
    let list = app.get(&new, LIST).await.json();
    assert_eq!(list["reservations"].as_array().map(Vec::len), Some(1));
    app.shut_down().await;
}

#[tokio::test]
async fn the_label_appears_in_api_key_label_of_every_event_of_the_key() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let (_, worker) = app.make_key(tenant.id, "worker-prod").await;
    let held = reserve(&app, &worker, "printer").await.json();
    let token = &held[0]["releaseToken"];
    let item = json!([{"requester": "w", "resource": "printer", "releaseToken": token}]);
    app.unreserve(&worker, item).await;
    reserve(&app, &tenant.key, "scanner").await;
    let events = app.column(EVENTS).await;
    let labels: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str::<Value>(event).expect("JSON")["apiKeyLabel"].clone())
        .collect();
    assert_eq!(labels, ["worker-prod", "worker-prod", "default"]);
    app.shut_down().await;
}

#[tokio::test]
async fn the_key_grants_no_access_to_the_dashboard_or_to_the_administration() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    for path in ["/dashboard", "/dashboard/keys", "/admin"] {
        let request = Request::get(path)
            .header("host", "localhost:3000")
            .header("x-api-key", &tenant.key)
            .body("".into());
        let answer = app.send(request.expect("a request")).await;
        assert!(
            answer.status == 404 || answer.header("location").starts_with("/auth/sign-in"),
            "{path}: {}",
            answer.status
        );
        assert!(!answer.text.contains(&tenant.id.to_string()));
    }
    app.shut_down().await;
}

#[tokio::test]
async fn the_tier_is_derived_from_the_key_at_request_time() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    for tier in [Tier::Pro, Tier::Starter, Tier::Enterprise, Tier::Free] {
        set_tier(&app, tenant.id, tier).await;
        let who = app.get(&tenant.key, "/auth/whoami").await;
        assert_eq!(who.json()["tier"], tier.name());
        let policy = who.header("ratelimit-policy").to_owned();
        assert!(policy.starts_with(&format!("\"{}-read\"", tier.code())));
    }
    app.shut_down().await;
}

#[tokio::test]
async fn after_a_downgrade_nothing_that_exists_is_taken_away_and_only_more_is_refused() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let (_, worker) = app.make_key(tenant.id, "worker").await;
    for batch in 0..6 {
        let names = (0..100).map(|n| json!({"requester": "w", "resource": format!("{batch}-{n}")}));
        let answer = app.reserve(&worker, Value::Array(names.collect())).await;
        assert_eq!(answer.status, 200);
    }
    set_tier(&app, tenant.id, Tier::Free).await;
    for key in [&tenant.key, &worker] {
        let list = app.get(key, &format!("{LIST}?limit=1000")).await.json();
        assert_eq!(list["reservations"].as_array().map(Vec::len), Some(600));
    }
    let refused = reserve(&app, &worker, "one more").await;
    assert_eq!(refused.problem(429), "ACTIVE_RESERVATIONS_EXCEEDED");
    assert_eq!(refused.json()["upgradeRequired"], true);
    let services = &app.services;
    let one_more = api_keys::create(
        &services.ledger,
        &services.keyring,
        &services.clock,
        &services.settings.tiers,
        tenant.id,
        Label::parse("one more").expect("a label"),
        by(),
    );
    assert!(matches!(
        one_more.await,
        Err(domain::Error::LimitReached(1))
    ));
    // What is held already is had, not taken anew.
    let had = reserve(&app, &worker, "0-0").await.json();
    assert_eq!(had[0]["status"], "ALREADY_HAD");
    app.shut_down().await;
}

/// `r` of a `RateLimit` header.
fn remaining(answer: &Answer) -> u32 {
    let header = answer.header("ratelimit");
    let rest = header.split("r=").nth(1).expect("r");
    let digits = rest.split(';').next().expect("a number");
    digits.parse().expect("a number")
}

/// `q` of a `RateLimit-Policy` header.
fn quota(answer: &Answer) -> u32 {
    let header = answer.header("ratelimit-policy");
    let rest = header.split("q=").nth(1).expect("q");
    let digits = rest.split(';').next().expect("a number");
    digits.parse().expect("a number")
}

#[tokio::test]
async fn the_rate_limiter_partitions_by_tenant_tier_and_kind() {
    let app = App::start().await;
    let (a, b) = (app.tenant(Tier::Free).await, app.tenant(Tier::Free).await);
    let batch = |first: usize| {
        let items =
            (first..first + 100).map(|n| json!({"requester": "w", "resource": n.to_string()}));
        Value::Array(items.collect())
    };
    app.reserve(&a.key, batch(0)).await;
    let used_up = app.reserve(&a.key, batch(100)).await;
    assert!(remaining(&used_up) < 5, "{}", used_up.header("ratelimit"));
    let refused = app.reserve(&a.key, batch(200)).await;
    assert_eq!(refused.problem(429), "RATE_LIMITED");
    assert_eq!(refused.json()["limitType"], "rate");
    assert_eq!(refused.json()["tier"], "Free");

    // Another kind, another tenant and another tier have quotas of their own.
    assert!(remaining(&app.get(&a.key, LIST).await) > 990);
    assert_eq!(app.reserve(&b.key, batch(0)).await.status, 200);
    set_tier(&app, a.id, Tier::Starter).await;
    let again = app.reserve(&a.key, batch(200)).await;
    assert_eq!(again.status, 200);
    assert_eq!(quota(&again), 1_000);
    set_tier(&app, a.id, Tier::Free).await;
    let refused = app.reserve(&a.key, batch(300)).await;
    assert_eq!(refused.problem(429), "RATE_LIMITED");
    app.shut_down().await;
}

#[tokio::test]
async fn reads_have_a_five_times_higher_limit_than_writes() {
    let app = App::start().await;
    for tier in Tier::ALL {
        let tenant = app.tenant(tier).await;
        let read = app.get(&tenant.key, LIST).await;
        let write = reserve(&app, &tenant.key, "printer").await;
        assert_eq!(quota(&read), 5 * quota(&write), "{tier}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn a_valid_jwt_is_exchanged_for_a_short_lived_token_that_the_x_api_key_header_takes() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let answer = world.exchange(&world.draft(&issuer).sign()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let exchanged = answer.json();
    assert_eq!(exchanged["tokenType"], "Bearer");
    assert_eq!(exchanged["expiresIn"], 15 * 60);
    let token = exchanged["token"].as_str().expect("a token");
    let granted = world
        .app
        .reserve(token, json!([{"resource": "desk"}]))
        .await;
    assert_eq!(granted.json()[0]["status"], "ACQUIRED");
    assert_eq!(granted.json()[0]["requester"], "alice");
    world.app.clock.advance_ms(15 * 60 * 1_000);
    let late = world.app.get(token, LIST).await;
    assert_eq!(late.problem(401), "TOKEN_EXPIRED");
}

#[tokio::test]
async fn reservations_are_scoped_to_individual_end_users() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let alice = world.token(&issuer, "alice").await;
    let bob = world.token(&issuer, "bob").await;
    world
        .app
        .reserve(&alice, json!([{"resource": "desk"}]))
        .await;
    let refused = world.app.reserve(&bob, json!([{"resource": "desk"}])).await;
    assert_eq!(refused.json()[0]["status"], "ALREADY_HELD");
    assert!(!refused.text.contains("alice"), "{}", refused.text);
    let list = world.app.get(&bob, LIST).await.json();
    assert_eq!(list["reservations"], json!([]));
}

#[tokio::test]
async fn jwt_exchange_is_from_starter_up_and_free_is_refused_with_the_reason() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    for tier in [Tier::Enterprise, Tier::Pro, Tier::Starter, Tier::Free] {
        set_tier(&world.app, world.tenant.id, tier).await;
        let answer = world.exchange(&world.draft(&issuer).sign()).await;
        if tier == Tier::Free {
            assert_eq!(answer.problem(403), "TIER_REQUIRED");
            assert_eq!(answer.json()["upgradeRequired"], true);
        } else {
            assert_eq!(answer.status, 200, "{tier}: {}", answer.text);
        }
    }
}
