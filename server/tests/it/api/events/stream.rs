//! `GET /api/v1/events`: what is sent, in which order, and from where.

use axum::body::Body;
use coop_engine::Label;
use coop_locker::{
    domain::api_keys,
    model::{ApiKeyId, Tier},
};
use http::Request;
use serde_json::{Value, json};

use crate::{
    exchange::World,
    support::{Answer, App, Frame, Tenant, by},
};

const KEEPALIVE_MS: i64 = 15_000;

async fn start() -> (App, Tenant) {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    (app, tenant)
}

/// Reserves something and answers its release token.
async fn reserve(app: &App, key: &str, resource: &str) -> Value {
    let held = app
        .reserve(key, json!([{"requester": "w", "resource": resource}]))
        .await
        .json();
    assert_eq!(held[0]["status"], "ACQUIRED", "{held}");
    held[0]["releaseToken"].clone()
}

async fn history(app: &App, key: &str) -> Vec<Value> {
    let page = app.get(key, "/events/history?limit=1000").await.json();
    page["events"].as_array().expect("an array").clone()
}

#[tokio::test]
async fn a_stream_begins_with_when_to_come_back_and_where_it_stands() {
    let (app, tenant) = start().await;
    reserve(&app, &tenant.key, "before").await;
    let request = Request::get("/api/v1/events").header("x-api-key", &tenant.key);
    let response = app.begin(request.body(Body::empty()).expect("a request"));
    let response = response.await;
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-accel-buffering"), "no");
    assert!(header("ratelimit").starts_with("\"starter-read\""));
    assert!(!header("x-request-id").is_empty());
    let mut stream = crate::support::EventStream::of(response);
    let retry = Frame {
        retry: Some(2_000),
        ..Frame::default()
    };
    let cursor = Frame {
        id: Some(1),
        ..Frame::default()
    };
    assert_eq!(stream.frame().await, Some(retry));
    assert_eq!(stream.frame().await, Some(cursor));
    // From now on: what was before is not in it.
    reserve(&app, &tenant.key, "after").await;
    assert_eq!(stream.event().await.expect("one").id, Some(2));
}

#[tokio::test]
async fn an_event_is_named_by_its_type_numbered_by_its_revision_and_says_what_the_history_says() {
    let (app, tenant) = start().await;
    let mut stream = app.events(&tenant.key, "").await;
    let token = reserve(&app, &tenant.key, "a").await;
    let item = json!([{"requester": "w", "resource": "a", "releaseToken": token}]);
    app.unreserve(&tenant.key, item).await;
    let define = json!([{"name": "pool", "capacity": 2}]);
    app.post(&tenant.key, "/Resource/register", &define).await;
    let pool = json!([{"requester": "w", "resource": "pool", "ttlSeconds": 5}]);
    app.reserve(&tenant.key, pool).await;
    app.clock.advance_ms(5_000);
    let mut events = Vec::new();
    for _ in 0..5 {
        events.push(stream.event().await.expect("an event"));
    }
    let kinds: Vec<_> = events.iter().map(|frame| frame.event.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "RESERVED",
            "UNRESERVED",
            "RESOURCE_REGISTERED",
            "RESERVED",
            "RESERVATION_EXPIRED"
        ]
    );
    let data: Vec<Value> = events.iter().map(Frame::json).collect();
    assert_eq!(data, history(&app, &tenant.key).await);
    for (frame, data) in events.iter().zip(&data) {
        assert_eq!(data["revision"], json!(frame.id));
        assert_eq!(data["type"], frame.event.as_str());
    }
    assert_eq!(data[3]["holds"], json!(["pool_0"]));
}

#[tokio::test]
async fn a_stream_goes_on_after_the_id_that_it_is_given_within_a_commit_too() {
    let (app, tenant) = start().await;
    let items = ["a", "b", "c"].map(|name| json!({"requester": "w", "resource": name}));
    app.reserve(&tenant.key, json!(items)).await;
    reserve(&app, &tenant.key, "d").await;
    for (after, expected) in [(0, vec![1, 2, 3, 4]), (2, vec![3, 4]), (3, vec![4])] {
        let query = format!("?lastEventId={after}");
        let mut stream = app.events(&tenant.key, &query).await;
        assert_eq!(stream.ids(expected.len()).await, expected);
    }
    let mut stream = app.events(&tenant.key, "?lastEventId=4").await;
    reserve(&app, &tenant.key, "e").await;
    assert_eq!(stream.ids(1).await, [5]);
    // The header of a client that comes back says where it is, whatever its address said at first.
    let request = Request::get("/api/v1/events?lastEventId=0")
        .header("x-api-key", &tenant.key)
        .header("last-event-id", "4");
    let response = app.begin(request.body(Body::empty()).expect("a request"));
    let mut stream = crate::support::EventStream::of(response.await);
    assert_eq!(stream.ids(1).await, [5]);
}

#[tokio::test]
async fn a_gap_is_told_once_and_the_stream_goes_on_from_the_oldest_that_is_kept() {
    let (app, tenant) = start().await;
    for name in ["a", "b", "c", "d"] {
        reserve(&app, &tenant.key, name).await;
    }
    app.meddle("DELETE FROM events WHERE revision < 3").await;
    for (id, reason) in [
        ("0", "PRUNED"),
        ("1", "PRUNED"),
        ("5", "UNKNOWN_ID"),
        ("soon", "UNKNOWN_ID"),
    ] {
        let query = format!("?lastEventId={id}");
        let mut stream = app.events(&tenant.key, &query).await;
        let resync = stream.event().await.expect("a frame");
        assert_eq!((resync.event.as_str(), resync.id), ("RESYNC", None), "{id}");
        let told = json!({"oldestRevision": 3, "reason": reason});
        assert_eq!(resync.json(), told);
        assert_eq!(stream.ids(2).await, [3, 4], "{id}");
    }
    // Right before the oldest nothing is missing.
    let mut stream = app.events(&tenant.key, "?lastEventId=2").await;
    assert_eq!(stream.ids(2).await, [3, 4]);
    app.meddle("DELETE FROM events").await;
    let mut stream = app.events(&tenant.key, "?lastEventId=1").await;
    let resync = stream.event().await.expect("a frame");
    assert_eq!(
        resync.json(),
        json!({"oldestRevision": 5, "reason": "PRUNED"})
    );
    reserve(&app, &tenant.key, "e").await;
    assert_eq!(stream.ids(1).await, [5]);
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names_and_signs_of_life_move_the_cursor_past_the_rest() {
    let (app, tenant) = start().await;
    let mut stream = app.events(&tenant.key, "?prefix=b/&type=RESERVED").await;
    for name in ["a", "b/1", "c"] {
        reserve(&app, &tenant.key, name).await;
    }
    assert_eq!(stream.ids(1).await, [2]);
    app.clock.advance_ms(KEEPALIVE_MS);
    let sign = stream.frame().await.expect("a frame");
    assert_eq!((sign.comment.as_str(), sign.id), ("keepalive", Some(3)));
    assert_eq!(sign.event, "");
    for query in ["?type=NOTHING", "?no=1", "?type=RESERVED&type=RESERVED"] {
        let answer = app.get(&tenant.key, &format!("/events{query}")).await;
        assert_eq!(answer.problem(400), "INVALID_REQUEST", "{query}");
    }
}

#[tokio::test]
async fn a_label_is_the_one_of_the_time_and_an_expiry_has_that_of_the_key_that_reserved() {
    let (app, tenant) = start().await;
    let (second, value) = app.make_key(tenant.id, "worker-prod").await;
    let mut stream = app.events(&tenant.key, "").await;
    let item = json!([{"requester": "w", "resource": "a", "ttlSeconds": 5}]);
    app.reserve(&value, item).await;
    rename(&app, &tenant, second.id, "worker-old").await;
    reserve(&app, &value, "b").await;
    app.clock.advance_ms(5_000);
    for (kind, label) in [
        ("RESERVED", "worker-prod"),
        ("RESERVED", "worker-old"),
        ("RESERVATION_EXPIRED", "worker-prod"),
    ] {
        let event = stream.event().await.expect("an event");
        assert_eq!(event.event, kind);
        assert_eq!(event.json()["apiKeyLabel"], label, "{kind}");
    }
    let mut stream = app
        .events(&tenant.key, "?lastEventId=0&apiKeyLabel=worker-prod")
        .await;
    assert_eq!(stream.ids(2).await, [1, 3]);
}

async fn rename(app: &App, tenant: &Tenant, key: ApiKeyId, label: &str) {
    let services = &app.services;
    let label = Label::parse(label).expect("a label");
    api_keys::rename(
        &services.ledger,
        &services.clock,
        tenant.id,
        key,
        label,
        by(),
    )
    .await
    .expect("renamed");
}

#[tokio::test]
async fn an_end_user_hears_of_his_own_alone_and_nobody_of_another_tenants() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let alice = world.token(&issuer, "alice").await;
    let bob = world.token(&issuer, "bob").await;
    let other = world.app.tenant(Tier::Pro).await;
    let mut hers = world.app.events(&alice, "").await;
    let mut all = world.app.events(&world.tenant.key, "").await;
    let mut others = world.app.events(&other.key, "").await;
    world.reserve(&bob, json!({"resource": "b"})).await;
    let item = json!({"requester": "alice", "resource": "c"});
    world.reserve(&world.tenant.key, item).await;
    world.reserve(&alice, json!({"resource": "a"})).await;
    reserve(&world.app, &other.key, "theirs").await;
    let event = hers.event().await.expect("an event");
    assert_eq!(event.id, Some(3));
    assert_eq!(event.json()["endUser"], "alice");
    assert_eq!(event.json()["apiKeyLabel"], "acme-users");
    assert_eq!(all.ids(3).await, [1, 2, 3]);
    let theirs = others.event().await.expect("an event");
    assert_eq!(theirs.json()["resource"], "theirs");
    let refused = world.app.get(&alice, "/events?requester=bob").await;
    assert_eq!(refused.problem(403), "REQUESTER_MISMATCH");
}

#[tokio::test]
async fn a_reader_that_was_slow_finds_everything_in_order_though_it_was_too_much_to_keep() {
    let (app, tenant) = start().await;
    let mut slow = app.events(&tenant.key, "").await;
    let mut quick = app.events(&tenant.key, "").await;
    // Some 1,300 bytes an event: a multiple of what is kept beside the log.
    let note = "x".repeat(1_000);
    for batch in 0..6 {
        let items: Vec<Value> = (0..100)
            .map(|item| {
                let name = format!("{batch}/{item}");
                json!({"requester": "w", "resource": name, "metadata": {"note": note}})
            })
            .collect();
        let answer: Answer = app.reserve(&tenant.key, json!(items)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let first = batch * 100 + 1;
        let expected: Vec<u64> = (first..first + 100).collect();
        assert_eq!(quick.ids(100).await, expected);
    }
    let expected: Vec<u64> = (1..=600).collect();
    assert_eq!(slow.ids(600).await, expected);
    reserve(&app, &tenant.key, "last").await;
    assert_eq!(slow.ids(1).await, [601]);
    assert_eq!(quick.ids(1).await, [601]);
}

#[tokio::test]
async fn a_tenant_has_as_many_streams_as_its_tier_allows_and_one_that_ends_makes_room() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let other = app.tenant(Tier::Free).await;
    let first = app.events(&tenant.key, "").await;
    let _second = app.events(&tenant.key, "").await;
    let refused = app.get(&tenant.key, "/events").await;
    assert_eq!(refused.problem(429), "TOO_MANY_EVENT_STREAMS");
    let told = refused.json();
    assert_eq!(told["limitType"], "eventStreams");
    assert_eq!(told["limit"], 2);
    assert_eq!(told["tier"], "Free");
    assert_eq!(told["upgradeRequired"], true);
    assert_eq!(
        refused.header("retry-after"),
        told["retryAfter"].to_string()
    );
    let _others = app.events(&other.key, "").await;
    drop(first);
    let _third = app.events(&tenant.key, "").await;
    let refused = app.get(&tenant.key, "/events").await;
    assert_eq!(refused.problem(429), "TOO_MANY_EVENT_STREAMS");
}
