//! How much may be asked for, and what answers say of it.

use std::{io::Write as _, net::SocketAddr};

use axum::{body::Body, extract::ConnectInfo};
use coop_locker::{keyring::KeyText, model::Tier};
use http::{Method, Request};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::{Answer, App, Connection, Site, Tenant};

/// A server whose free tier allows so much a day.
async fn with_daily(operations: u64) -> (App, NamedTempFile) {
    let mut tiers = NamedTempFile::new().expect("a file");
    writeln!(tiers, "[free]\noperationsPerDay = {operations}").expect("written");
    let path = tiers.path().display().to_string();
    (App::start_with(&[("tiers_file", &path)]).await, tiers)
}

fn items(count: usize, mark: &str) -> Value {
    (0..count)
        .map(|n| json!({"requester": "w", "resource": format!("{mark}{n}")}))
        .collect()
}

async fn limits(app: &App, key: &str) -> Value {
    let answer = app.get(key, "/auth/whoami").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["limits"].clone()
}

fn stands(answer: &Answer, policy: &str, remaining: u32) {
    let what = format!("{} {}", answer.status, answer.text);
    let policies = answer.headers.get_all("ratelimit-policy").iter().count();
    assert_eq!(policies, 1, "{what}");
    assert_eq!(answer.header("ratelimit-policy"), policy, "{what}");
    let name = policy.split(';').next().expect("a name");
    let expected = format!("{name};r={remaining};");
    assert!(
        answer.header("ratelimit").starts_with(&expected),
        "{what}: {} is not {expected}",
        answer.header("ratelimit")
    );
}

const READ: &str = "\"free-read\";q=1000;w=60";
const WRITE: &str = "\"free-write\";q=200;w=60";

#[tokio::test]
async fn every_answer_to_a_valid_key_says_where_its_tenant_stands_refusals_included() {
    let (app, _tiers) = with_daily(150).await;
    let key = app.tenant(Tier::Free).await.key;
    let post = async |path: &str, kind: &str, body: Body| {
        let request = Request::post(format!("/api/v1{path}"))
            .header("x-api-key", &key)
            .header("content-type", kind);
        app.send(request.body(body).expect("a request")).await
    };
    let json = "application/json";
    let reserve = "/Reservation/reserve";
    // What cannot be counted by its items costs one.
    for (answer, status, policy, remaining) in [
        (app.get(&key, "/Reservation").await, 200, READ, 999),
        (app.get(&key, "/Reservation?x=1").await, 400, READ, 998),
        (app.get(&key, "/nothing").await, 404, READ, 997),
        (post("/nothing", json, "".into()).await, 404, WRITE, 199),
        (app.get(&key, reserve).await, 405, READ, 996),
        (
            app.call(&key, Method::DELETE, reserve, None).await,
            405,
            WRITE,
            198,
        ),
        (post(reserve, json, "[".into()).await, 400, WRITE, 197),
        (
            post(reserve, "text/plain", "[]".into()).await,
            415,
            WRITE,
            196,
        ),
        (
            post(reserve, json, " ".repeat(1024 * 1024 + 1).into()).await,
            413,
            WRITE,
            195,
        ),
        (
            post(
                reserve,
                json,
                Body::from_stream(futures_util::stream::iter([Ok("["), Err("gone")])),
            )
            .await,
            408,
            WRITE,
            194,
        ),
        (app.reserve(&key, items(100, "a")).await, 200, WRITE, 94),
        // Too many for the day, and what is refused for that costs nothing.
        (app.reserve(&key, items(51, "b")).await, 429, WRITE, 94),
        // Too many for the minute.
        (app.reserve(&key, items(95, "b")).await, 429, WRITE, 94),
        (
            app.unreserve(&key, json!([{"requester": "w", "resource": "a0"}]))
                .await,
            403,
            WRITE,
            93,
        ),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text);
        stands(&answer, policy, remaining);
    }

    app.refuse_events().await;
    let failed = app.reserve(&key, items(1, "c")).await;
    assert_eq!(failed.problem(503), "UNAVAILABLE");
    stands(&failed, WRITE, 92);

    app.take_events().await;
    app.meddle("UPDATE tenants SET suspended_at = 1").await;
    let app = app.restart().await;
    let suspended = app.get(&key, "/Reservation").await;
    assert_eq!(suspended.problem(403), "TENANT_SUSPENDED");
    stands(&suspended, READ, 999);
    app.shut_down().await;
}

#[tokio::test]
async fn whoever_has_not_proved_to_have_a_key_is_told_of_no_quota() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.rotate_default(tenant.id).await;
    let unknown = KeyText::generate_api_key();
    for (path, key, status) in [
        ("/Reservation", "", 401),
        ("/Reservation", unknown.expose(), 401),
        ("/Reservation", &tenant.key, 401),
        ("/nothing", unknown.expose(), 401),
    ] {
        let answer = app.get(key, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.headers.contains_key("ratelimit"), "{path}");
        assert!(!answer.headers.contains_key("ratelimit-policy"), "{path}");
    }
    let health = Request::get("/health/live").header("x-api-key", &tenant.key);
    let health = app.send(health.body(Body::empty()).expect("a request"));
    assert!(!health.await.headers.contains_key("ratelimit"));
}

#[tokio::test]
async fn a_refused_request_is_let_through_after_retry_after_and_not_a_moment_before_it_is_due() {
    let app = App::start().await;
    let key = app.tenant(Tier::Free).await.key;
    app.reserve(&key, items(100, "a")).await;
    app.reserve(&key, items(100, "b")).await;
    let refused = app.reserve(&key, items(1, "c")).await;
    assert_eq!(refused.problem(429), "RATE_LIMITED");
    // One operation comes back in 300 ms, which is one second in whole ones.
    assert_eq!(refused.header("retry-after"), "1");
    app.clock.advance_ms(299);
    assert_eq!(app.reserve(&key, items(1, "c")).await.status, 429);
    app.clock.advance_ms(1);
    assert_eq!(app.reserve(&key, items(1, "c")).await.status, 200);
    // What a rate refused is no operation of the day.
    let limits = limits(&app, &key).await;
    assert_eq!(limits["operationsPerDay"]["used"], 201);
    assert_eq!(
        limits["writesPerMinute"],
        json!({"limit": 200, "remaining": 0})
    );
    assert_eq!(
        limits["readsPerMinute"],
        json!({"limit": 1000, "remaining": 999})
    );
    app.shut_down().await;
}

#[tokio::test]
async fn a_days_operations_are_counted_by_items_and_come_back_at_midnight() {
    let (app, _tiers) = with_daily(10).await;
    let key = app.tenant(Tier::Free).await.key;
    app.clock.advance_ms(1_500);
    let granted = app.reserve(&key, items(8, "a")).await.json();
    let refused = app.reserve(&key, items(3, "b")).await;
    assert_eq!(refused.problem(429), "DAILY_LIMIT_EXCEEDED");
    let problem = refused.json();
    assert_eq!(problem["tier"], "Free");
    assert_eq!(problem["limit"], 10);
    assert_eq!(problem["limitType"], "daily");
    assert_eq!(problem["upgradeRequired"], true);
    // The clock began at midnight: a second and a half of the day is over.
    assert_eq!(problem["retryAfter"], 24 * 3600 - 1);
    assert_eq!(refused.header("retry-after"), "86399");

    // What was refused is not counted, and reads are none.
    assert_eq!(app.reserve(&key, items(2, "b")).await.status, 200);
    assert_eq!(app.reserve(&key, items(1, "c")).await.status, 429);
    // A release counts and is never refused.
    let release =
        json!([{"requester": "w", "resource": "a0", "releaseToken": granted[0]["releaseToken"]}]);
    assert_eq!(app.unreserve(&key, release).await.status, 200);
    let used = limits(&app, &key).await["operationsPerDay"].clone();
    assert_eq!(used, json!({"limit": 10, "used": 11, "remaining": 0}));

    app.clock.advance_ms(86_398_500 - 1);
    assert_eq!(app.reserve(&key, items(1, "c")).await.status, 429);
    app.clock.advance_ms(1);
    assert_eq!(app.reserve(&key, items(10, "c")).await.status, 200);
    app.shut_down().await;
}

#[tokio::test]
async fn a_days_operations_survive_a_restart_also_those_that_changed_nothing() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.reserve(&tenant.key, items(3, "a")).await;
    // Held already, by the same requester: decided and not written.
    app.reserve(&tenant.key, items(3, "a")).await;
    let app = app.restart().await;
    let used = async |app: &App, tenant: &Tenant| {
        limits(app, &tenant.key).await["operationsPerDay"]["used"].clone()
    };
    assert_eq!(used(&app, &tenant).await, 6);

    // Within a second they are on the disk without a commit of the ledger's, and before that without a stop.
    app.reserve(&tenant.key, items(3, "a")).await;
    let written = "SELECT CAST(operations AS TEXT) FROM tenant_books";
    assert_eq!(app.column(written).await, ["6"]);
    for _ in 0..1_000 {
        app.clock.advance_ms(1_001);
        if app.column(written).await == ["9"] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(app.column(written).await, ["9"]);
    // The fencing token shows that the row is still the book's.
    let next = app.reserve(&tenant.key, items(1, "b")).await.json();
    assert_eq!(next[0]["fencingToken"], 4);
    app.shut_down().await;
}

#[test]
fn a_days_operations_survive_a_kill_with_the_reservations_they_were_for() {
    let site = Site::new();
    let key = site.tenant_key();
    let mut server = site.serve();
    let mut connection = Connection::open(server.address).expect("connected");
    for batch in 0..5 {
        let body = items(7, &format!("{batch}-")).to_string();
        let reply = connection.call("POST", "/api/v1/Reservation/reserve", &key, &body);
        assert_eq!(reply.expect("answered").status, 200);
    }
    server.kill();
    let server = site.serve();
    let mut connection = Connection::open(server.address).expect("connected");
    let reply = connection.call("GET", "/api/v1/auth/whoami", &key, "");
    let limits = reply.expect("answered").json()["limits"].clone();
    assert_eq!(limits["activeReservations"]["used"], 35);
    // Midnight may have come in between.
    let used = &limits["operationsPerDay"]["used"];
    assert!(used == 35 || used == 0, "{used}");
}

async fn from(app: &App, peer: &str, key: &str) -> Answer {
    let peer: SocketAddr = peer.parse().expect("an address");
    let request = Request::get("/api/v1/Reservation")
        .header("x-api-key", key)
        .extension(ConnectInfo(peer));
    app.send(request.body(Body::empty()).expect("a request"))
        .await
}

#[tokio::test]
async fn values_that_are_no_key_are_limited_by_address_and_keys_from_there_are_not() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let new = app.rotate_default(tenant.id).await;
    let unknown = KeyText::generate_api_key();
    let here = "203.0.113.7:1000";
    for attempt in 0..60 {
        // Unknown or malformed: both are no key.
        let value = if attempt % 2 == 0 {
            unknown.expose()
        } else {
            "coop_sk_nothing"
        };
        assert_eq!(
            from(&app, here, value).await.problem(401),
            "API_KEY_INVALID"
        );
    }
    let refused = from(&app, here, unknown.expose()).await;
    assert_eq!(refused.problem(429), "TOO_MANY_FAILED_AUTHENTICATIONS");
    let problem = refused.json();
    assert_eq!(problem["limitType"], "authentication");
    assert_eq!(problem["tier"], Value::Null);
    assert_eq!(problem["limit"], 60);
    assert_eq!(problem["upgradeRequired"], false);
    assert_eq!(problem["retryAfter"], 1);
    assert_eq!(refused.header("retry-after"), "1");

    // A key is let through, a former one is told so, a missing one too; and other addresses are others.
    assert_eq!(from(&app, here, &new).await.status, 200);
    for _ in 0..70 {
        let former = from(&app, here, &tenant.key).await;
        assert_eq!(former.problem(401), "API_KEY_ROTATED");
    }
    let elsewhere = from(&app, "203.0.113.8:1000", unknown.expose()).await;
    assert_eq!(elsewhere.problem(401), "API_KEY_INVALID");
    assert_eq!(from(&app, here, unknown.expose()).await.status, 429);
    app.clock.advance_ms(1_000);
    assert_eq!(from(&app, here, unknown.expose()).await.status, 401);
    assert_eq!(from(&app, here, unknown.expose()).await.status, 429);
    app.shut_down().await;
}

#[tokio::test]
async fn the_addresses_of_one_ipv6_network_share_a_limit() {
    let app = App::start().await;
    for host in 0..60 {
        let answer = from(&app, &format!("[2001:db8:1:2::{host:x}]:1"), "x").await;
        assert_eq!(answer.status, 401);
    }
    assert_eq!(
        from(&app, "[2001:db8:1:2:ffff::1]:1", "x").await.status,
        429
    );
    assert_eq!(from(&app, "[2001:db8:1:3::1]:1", "x").await.status, 401);
    app.shut_down().await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_it_is_the_client_who_is_limited() {
    let app = App::start_with(&[("trusted_proxies", "1")]).await;
    let ask = async |forwarded: String| {
        let peer: SocketAddr = "192.0.2.1:1".parse().expect("an address");
        let request = Request::get("/api/v1/Reservation")
            .header("x-api-key", "x")
            .header("x-forwarded-for", forwarded)
            .extension(ConnectInfo(peer));
        app.send(request.body(Body::empty()).expect("a request"))
            .await
            .status
    };
    for attempt in 0..60 {
        // What the client says of himself changes nothing.
        assert_eq!(ask(format!("10.0.0.{attempt}, 203.0.113.7")).await, 401);
    }
    assert_eq!(ask("10.0.0.99, 203.0.113.7".to_owned()).await, 429);
    assert_eq!(ask("203.0.113.7, 203.0.113.8".to_owned()).await, 401);
    app.shut_down().await;
}
