//! How keys are used: counted with every request, kept a moment later, read by the page of keys.

use std::{net::SocketAddr, time::Duration};

use axum::{body::Body, extract::ConnectInfo};
use coop_engine::Time;
use coop_locker::{
    clock::Clock as _,
    domain::{api_keys, settings, usage},
    model::{ApiKeyId, ApiKeyUsage, Day, TenantId, Tier},
};
use http::Request;
use serde_json::json;

use crate::support::{Answer, App, by};

fn of(app: &App, key: ApiKeyId) -> ApiKeyUsage {
    let today = Day::of(app.clock.now());
    usage::of_key(&app.services.ledger, key, today).expect("a key")
}

async fn default_of(app: &App, tenant: TenantId) -> ApiKeyId {
    let key = api_keys::default_key(&app.services.ledger, tenant).await;
    key.expect("there").id
}

async fn ask(app: &App, key: &str, peer: &str, agent: &str, path: &str) -> Answer {
    let peer: SocketAddr = peer.parse().expect("an address");
    let request = Request::get(format!("/api/v1{path}"))
        .header("x-api-key", key)
        .header("user-agent", agent)
        .extension(ConnectInfo(peer));
    app.send(request.body(Body::empty()).expect("a request"))
        .await
}

#[tokio::test]
async fn a_keys_last_use_is_known_and_its_requests_and_refusals_of_the_day() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let key = default_of(&app, tenant.id).await;
    let (other, _) = app.make_key(tenant.id, "other").await;
    let unused = of(&app, other.id);
    assert_eq!(unused.last_used_at, None);
    assert_eq!(unused.requests_today, 0);

    let long = format!("robot/1 {}", "x".repeat(300));
    ask(&app, &tenant.key, "198.51.100.7:1", &long, "/Reservation").await;
    app.clock.advance_ms(1_000);
    let last = app.clock.now();
    ask(&app, &tenant.key, "203.0.113.7:1", "curl/8", "/nothing").await;
    let used = of(&app, key);
    let expected = ApiKeyUsage {
        key,
        tenant: tenant.id,
        last_used_at: Some(last),
        last_used_from: Some("203.0.113.0/24".to_owned()),
        user_agent: Some("curl/8".to_owned()),
        day: Day::of(last),
        requests_today: 2,
        refusals_today: 1,
        old_value_uses_since_rotation: 0,
        old_value_last_used_at: None,
        old_value_last_used_from: None,
    };
    assert_eq!(used, expected);
    assert_eq!(of(&app, other.id), unused);

    // Back again to the client before, and to a day on which nothing was asked yet.
    ask(&app, &tenant.key, "198.51.100.7:1", &long, "/Reservation").await;
    let used = of(&app, key);
    assert_eq!(used.last_used_from.as_deref(), Some("198.51.100.0/24"));
    assert_eq!(used.user_agent.map(|agent| agent.len()), Some(200));
    app.clock.advance_ms(24 * 3600 * 1_000);
    let used = of(&app, key);
    assert_eq!((used.requests_today, used.refusals_today), (0, 0));
    assert_eq!(used.last_used_at, Some(last));

    let nobody = ApiKeyId::from_i64(1);
    let today = Day::of(app.clock.now());
    assert!(usage::of_key(&app.services.ledger, nobody, today).is_none());
    app.shut_down().await;
}

const WRITTEN: &str = "SELECT CAST(requests AS TEXT) FROM key_usage";

/// Lets seconds pass until a job has written so many requests.
async fn until_written(app: &App, requests: &str) {
    for _ in 0..1_000 {
        app.clock.advance_ms(1_000);
        if app.column(WRITTEN).await == [requests] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nothing was written");
}

#[tokio::test]
async fn use_is_written_together_a_few_seconds_later_and_at_a_stop_and_never_with_a_request() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let key = default_of(&app, tenant.id).await;
    for _ in 0..100 {
        app.get(&tenant.key, "/Reservation").await;
    }
    assert!(app.column(WRITTEN).await.is_empty());
    until_written(&app, "100").await;
    app.get(&tenant.key, "/Reservation").await;
    let before = of(&app, key);
    let app = app.restart().await;
    assert_eq!(of(&app, key), before);
    assert_eq!(before.requests_today, 101);
    app.get(&tenant.key, "/Reservation").await;
    assert_eq!(of(&app, key).requests_today, 102);
    app.shut_down().await;
}

#[tokio::test]
async fn whoever_still_uses_a_former_value_is_counted_until_the_next_rotation() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let key = default_of(&app, tenant.id).await;
    let second = app.rotate_default(tenant.id).await;
    app.clock.advance_ms(5);
    let at = app.clock.now();
    for _ in 0..3 {
        let answer = ask(
            &app,
            &tenant.key,
            "[2001:db8:1:2::7]:1",
            "old/1",
            "/Reservation",
        )
        .await;
        assert_eq!(answer.problem(401), "API_KEY_ROTATED");
    }
    let counts = |usage: &ApiKeyUsage| -> (u64, Option<Time>, Option<String>) {
        (
            usage.old_value_uses_since_rotation,
            usage.old_value_last_used_at,
            usage.old_value_last_used_from.clone(),
        )
    };
    let expected = (3, Some(at), Some("2001:db8:1:2::/64".to_owned()));
    let used = of(&app, key);
    assert_eq!(counts(&used), expected);
    // It was no use of the key.
    assert_eq!((used.requests_today, used.last_used_at), (0, None));

    let app = app.restart().await;
    assert_eq!(counts(&of(&app, key)), expected);
    app.rotate_default(tenant.id).await;
    assert_eq!(counts(&of(&app, key)), (0, None, None));
    let app = app.restart().await;
    assert_eq!(counts(&of(&app, key)), (0, None, None));

    // Every former value counts, also the one before the last.
    app.get(&tenant.key, "/Reservation").await;
    app.get(&second, "/Reservation").await;
    assert_eq!(of(&app, key).old_value_uses_since_rotation, 2);
    app.shut_down().await;
}

#[tokio::test]
async fn a_key_that_was_revoked_after_its_last_use_keeps_no_other_use_from_being_written() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let services = &app.services;
    let (key, value) = app.make_key(tenant.id, "short").await;
    app.get(&value, "/Reservation").await;
    app.get(&tenant.key, "/Reservation").await;
    api_keys::revoke(&services.ledger, &services.clock, tenant.id, key.id, by())
        .await
        .expect("revoked");
    until_written(&app, "1").await;
    let items = json!([{"requester": "w", "resource": "a"}]);
    assert_eq!(app.reserve(&tenant.key, items).await.status, 200);
    app.shut_down().await;
}

#[tokio::test]
async fn what_a_tenant_was_counted_for_ends_with_it() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let key = default_of(&app, tenant.id).await;
    let ledger = &app.services.ledger;
    // Nobody holds it, so that no commit of the ledger's keeps the count.
    let items = json!([{"requester": "w", "resource": "a"}]);
    assert_eq!(app.unreserve(&tenant.key, items).await.status, 200);
    settings::delete(ledger, tenant.id, "acme")
        .await
        .expect("deleted");
    usage::record_operations(ledger).await.expect("recorded");
    usage::record_keys(ledger).await.expect("recorded");
    let books = "SELECT CAST(tenant_id AS TEXT) FROM tenant_books";
    assert!(app.column(books).await.is_empty());
    assert!(app.column(WRITTEN).await.is_empty());
    assert!(ledger.credentials().usage_of(key).is_none());
    app.shut_down().await;
}

#[tokio::test]
async fn counts_that_were_being_kept_when_the_server_was_told_to_stop_are_kept() {
    let app = App::start().await;
    // More than one commit takes.
    let mut tenants = Vec::new();
    for _ in 0..101 {
        tenants.push(app.tenant(Tier::Free).await);
    }
    for tenant in &tenants {
        let item = json!([{"requester": "w", "resource": "r", "releaseToken": "none"}]);
        assert_eq!(app.unreserve(&tenant.key, item).await.status, 200);
    }
    let mut job = Box::pin(usage::record_operations(&app.services.ledger));
    assert!(futures_util::poll!(&mut job).is_pending());
    drop(job);
    let app = app.restart().await;
    for tenant in &tenants {
        let whoami = app.get(&tenant.key, "/auth/whoami").await.json();
        assert_eq!(whoami["limits"]["operationsPerDay"]["used"], 1, "{whoami}");
    }
    app.shut_down().await;
}
