//! What happens by itself: expiries are announced, old things are forgotten. Nobody sends a request meanwhile.

use std::time::Duration;

use coop_engine::Time;
use coop_locker::{clock::iso, domain::sessions, model::Tier};
use serde_json::{Value, json};

use crate::support::{App, EVENTS, Tenant};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// All expiries in the log, once there are `count`.
async fn expiries(app: &App, count: usize) -> Vec<Value> {
    let mut found = Vec::new();
    for _ in 0..1_000 {
        let rows = app.column(EVENTS).await;
        let events = rows
            .iter()
            .map(|data| serde_json::from_str(data).expect("JSON"));
        found = events
            .filter(|event: &Value| event["type"] == "RESERVATION_EXPIRED")
            .collect();
        if found.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(found.len(), count, "{found:?}");
    found
}

async fn reserve(app: &App, key: &str, resource: &str, ttl: u32) -> Value {
    let items = json!([{"requester": "w", "resource": resource, "ttlSeconds": ttl}]);
    let answer = app.reserve(key, items).await.json()[0].clone();
    assert_eq!(answer["status"], "ACQUIRED", "{answer}");
    answer
}

#[tokio::test]
async fn an_expiry_is_announced_under_the_label_of_the_key_that_reserved() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let (_, robot) = app.make_key(tenant.id, "robot").await;
    let granted = reserve(&app, &robot, "short", 1).await;
    reserve(&app, &tenant.key, "long", 60).await;
    app.clock.advance_ms(999);
    let list = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(list["reservations"].as_array().map(Vec::len), Some(2));
    app.clock.advance_ms(1);

    let expiry = expiries(&app, 1).await.remove(0);
    assert_eq!(expiry["resource"], "short");
    assert_eq!(expiry["apiKeyLabel"], "robot");
    assert_eq!(expiry["fencingToken"], granted["fencingToken"]);
    let at = Time::from_micros(expiry["at"].as_i64().expect("a time"));
    assert_eq!(iso(at), granted["expiresAt"]);
    assert_eq!(expiry["revision"], 3);

    app.clock.advance_ms(59_000);
    let second = expiries(&app, 2).await.remove(1);
    assert_eq!(second["resource"], "long");
    assert_eq!(second["apiKeyLabel"], "default");
    app.shut_down().await;
}

#[tokio::test]
async fn an_expiry_is_announced_after_a_restart_and_also_if_it_came_due_meanwhile() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    reserve(&app, &tenant.key, "later", 60).await;
    reserve(&app, &tenant.key, "meanwhile", 10).await;
    let app = app.restart_after(30_000).await;
    assert_eq!(expiries(&app, 1).await[0]["resource"], "meanwhile");
    app.clock.advance_ms(30_000);
    assert_eq!(expiries(&app, 2).await[1]["resource"], "later");
    app.shut_down().await;
}

#[tokio::test]
async fn many_expiries_at_once_are_all_announced_of_every_tenant() {
    let app = App::start().await;
    let big = app.tenant(Tier::Enterprise).await;
    for batch in 0..13 {
        let items: Value = (0..100)
            .map(
                |n| json!({"requester": "w", "resource": format!("{batch}-{n}"), "ttlSeconds": 60}),
            )
            .collect();
        assert_eq!(app.reserve(&big.key, items).await.status, 200);
    }
    // More than one batch has room for, of one tenant and of all.
    for _ in 0..70 {
        let small = app.tenant(Tier::Free).await;
        reserve(&app, &small.key, "one", 60).await;
    }
    app.clock.advance_ms(60_000);
    expiries(&app, 1_370).await;
    app.shut_down().await;
}

/// Enough for a book to take a while to be read.
const FILLER: &str = "\
INSERT INTO reservations (tenant_id, resource, fencing_token, requester, release_token, reserved_at, expires_at,
    ttl_seconds, api_key_label, resource_type, metadata)
  WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 20000)
  SELECT tenant_id, 'filler ' || number, fencing_token, requester, release_token, reserved_at, NULL, NULL,
    api_key_label, resource_type, metadata
    FROM reservations, numbers WHERE resource = 'mine'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expiry_that_comes_due_while_a_book_is_read_undoes_nothing_of_what_is_decided_meanwhile()
{
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let items = json!([{"requester": "w", "resource": "mine"}]);
    let mine = app.reserve(&tenant.key, items).await.json()[0].clone();
    reserve(&app, &tenant.key, "due", 60).await;
    app.meddle(FILLER).await;
    let app = app.restart().await;

    let release =
        json!([{"requester": "w", "resource": "mine", "releaseToken": mine["releaseToken"]}]);
    let becoming_due = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        app.clock.advance_ms(60_000);
    };
    let (released, ()) = tokio::join!(app.unreserve(&tenant.key, release.clone()), becoming_due);
    assert_eq!(released.json()[0]["status"], "RELINQUISHED");
    for _ in 0..60 {
        let again = app.unreserve(&tenant.key, release.clone()).await;
        assert_eq!(again.status, 200, "{}", again.text);
        assert_eq!(again.json()[0]["status"], "NOT_RESERVED");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    expiries(&app, 1).await;
    app.shut_down().await;
}

/// Lets minutes pass until the job that prunes has run: until then this session, which has ended, is there.
async fn until_pruned(app: &App) {
    let (services, secret) = (&app.services, b"marker");
    let ended = services.clock.now();
    sessions::create(&services.ledger, secret, "marker".to_owned(), ended, None)
        .await
        .expect("stored");
    for _ in 0..500 {
        app.clock.advance_ms(MINUTE + 1);
        tokio::time::sleep(Duration::from_millis(10)).await;
        let there = app
            .column("SELECT data FROM sessions WHERE data = 'marker'")
            .await;
        if there.is_empty() {
            // What is decided after the pruning also sees what it means for the keys in memory.
            let done = sessions::delete(&services.ledger, secret).await;
            return done.expect("ended");
        }
    }
    panic!("nothing was pruned");
}

#[tokio::test]
async fn sessions_are_forgotten_when_they_have_ended_and_not_before() {
    let app = App::start().await;
    let services = &app.services;
    let ends = |millis: i64| Time::from_micros(services.clock.now().as_micros() + millis * 1_000);
    for (secret, end) in [("short", ends(1)), ("long", ends(2 * DAY))] {
        sessions::create(
            &services.ledger,
            secret.as_bytes(),
            secret.to_owned(),
            end,
            None,
        )
        .await
        .expect("stored");
    }
    until_pruned(&app).await;
    assert_eq!(app.column("SELECT data FROM sessions").await, ["long"]);
    app.clock.advance_ms(2 * DAY);
    until_pruned(&app).await;
    assert!(app.column("SELECT data FROM sessions").await.is_empty());
    app.shut_down().await;
}

async fn code(app: &App, tenant: &Tenant) -> String {
    app.get(&tenant.key, "/Reservation").await.problem(401)
}

#[tokio::test]
async fn a_rotated_value_is_told_so_for_ninety_days_and_is_unknown_afterwards() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.rotate_default(tenant.id).await;
    app.clock.advance_ms(89 * DAY);
    until_pruned(&app).await;
    assert_eq!(code(&app, &tenant).await, "API_KEY_ROTATED");
    app.clock.advance_ms(DAY);
    until_pruned(&app).await;
    assert_eq!(code(&app, &tenant).await, "API_KEY_INVALID");
    let app = app.restart().await;
    assert_eq!(code(&app, &tenant).await, "API_KEY_INVALID");
    app.shut_down().await;
}

#[tokio::test]
async fn events_are_kept_as_long_as_their_tier_says_and_their_numbers_are_never_used_again() {
    let app = App::start().await;
    let (free, enterprise) = (
        app.tenant(Tier::Free).await,
        app.tenant(Tier::Enterprise).await,
    );
    for tenant in [&free, &enterprise] {
        let items = json!([{"requester": "w", "resource": tenant.id.to_string()}]);
        app.reserve(&tenant.key, items).await;
    }
    app.clock.advance_ms(DAY - MINUTE * 600);
    until_pruned(&app).await;
    assert_eq!(app.column(EVENTS).await.len(), 2);
    app.clock.advance_ms(MINUTE * 600);
    until_pruned(&app).await;
    let left = app.column(EVENTS).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains(&enterprise.id.to_string()), "{left:?}");

    let app = app.restart().await;
    let list = app.get(&free.key, "/Reservation").await.json();
    assert_eq!(list["reservations"][0]["fencingToken"], 1, "{list}");
    let next = app
        .reserve(&free.key, json!([{"requester": "w", "resource": "next"}]))
        .await;
    assert_eq!(next.json()[0]["fencingToken"], 2);

    app.clock.advance_ms(90 * DAY);
    until_pruned(&app).await;
    assert!(app.column(EVENTS).await.is_empty());
    app.shut_down().await;
}
