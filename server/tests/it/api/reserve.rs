//! `POST /Reservation/reserve`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::App;

#[tokio::test]
async fn a_free_resource_is_acquired_with_tokens_and_the_whole_answer_is_as_documented() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let answer = app
        .reserve(
            &tenant.key,
            json!([{"requester": "w1", "resource": "db", "ttlSeconds": 30}]),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"free-write\";q=200;w=60"
    );
    assert_eq!(answer.header("ratelimit"), "\"free-write\";r=199;t=1");
    assert_eq!(answer.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(answer.json(), { "[].releaseToken" => "[uuid]" });
}

#[tokio::test]
async fn the_same_requester_gets_the_same_tokens_and_the_same_expiry_again() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let item = json!([{"requester": "w1", "resource": "db", "ttlSeconds": 30}]);
    let first = app.reserve(&tenant.key, item.clone()).await.json();
    app.clock.advance_ms(5_000);
    let again = app.reserve(&tenant.key, item).await.json();
    assert_eq!(again[0]["status"], "ALREADY_HAD");
    for field in ["releaseToken", "fencingToken", "reservedAt", "expiresAt"] {
        assert_eq!(again[0][field], first[0][field], "{field}");
    }
}

#[tokio::test]
async fn another_requester_is_refused_and_told_who_holds_it_but_never_the_release_token() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let held = app
        .reserve(
            &tenant.key,
            json!([{"requester": "w1", "resource": "db", "ttlSeconds": 30, "metadata": {"build": 7}}]),
        )
        .await;
    let refused = app
        .reserve(&tenant.key, json!([{"requester": "w2", "resource": "db"}]))
        .await;
    assert_eq!(refused.status, 200);
    let token = held.json()[0]["releaseToken"]
        .as_str()
        .expect("a token")
        .to_owned();
    assert!(!refused.text.contains(&token));
    insta::assert_json_snapshot!(refused.json());
}

#[tokio::test]
async fn an_expired_reservation_is_free_at_its_deadline_and_the_next_grant_has_a_higher_fencing_token()
 {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let first = app
        .reserve(
            &tenant.key,
            json!([{"requester": "w1", "resource": "db", "ttlSeconds": 2}]),
        )
        .await
        .json();
    app.clock.advance_ms(1_999);
    let other = json!([{"requester": "w2", "resource": "db"}]);
    assert_eq!(
        app.reserve(&tenant.key, other.clone()).await.json()[0]["status"],
        "ALREADY_HELD"
    );
    app.clock.advance_ms(1);
    let next = app.reserve(&tenant.key, other).await.json();
    assert_eq!(next[0]["status"], "ACQUIRED");
    assert!(next[0]["fencingToken"].as_u64() > first[0]["fencingToken"].as_u64());
}

#[tokio::test]
async fn items_are_decided_in_order_and_each_on_its_own() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"requester": "a", "resource": "x"},
        {"requester": "b", "resource": "x"},
        {"requester": "b", "resource": "y"},
        {"requester": "a", "resource": "x"},
    ]);
    let answer = app.reserve(&tenant.key, items).await.json();
    let statuses: Vec<&str> = answer
        .as_array()
        .expect("array")
        .iter()
        .filter_map(|i| i["status"].as_str())
        .collect();
    assert_eq!(
        statuses,
        ["ACQUIRED", "ALREADY_HELD", "ACQUIRED", "ALREADY_HAD"]
    );
}

#[tokio::test]
async fn over_the_limit_of_active_reservations_nothing_of_the_request_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiers = folder.path().join("tiers.toml");
    std::fs::write(&tiers, "[free]\nactiveReservations = 3\n").expect("written");
    let app = App::start_with(&[("tiers_file", tiers.to_str().expect("a path"))]).await;
    let tenant = app.tenant(Tier::Free).await;
    app.reserve(
        &tenant.key,
        json!([{"requester": "w", "resource": "a", "ttlSeconds": 10}]),
    )
    .await;

    let names = |names: &[&str]| -> Value {
        names
            .iter()
            .map(|name| json!({"requester": "w", "resource": name}))
            .collect()
    };
    let refused = app.reserve(&tenant.key, names(&["b", "c", "d"])).await;
    assert_eq!(refused.problem(429), "ACTIVE_RESERVATIONS_EXCEEDED");
    let problem = refused.json();
    assert_eq!(problem["limitType"], "activeReservations");
    assert_eq!(problem["limit"], 3);
    assert_eq!(problem["tier"], "Free");
    assert_eq!(problem["retryAfter"], 10);
    assert_eq!(problem["upgradeRequired"], true);
    assert_eq!(refused.header("retry-after"), "10");
    assert_eq!(
        refused.header("ratelimit-policy"),
        "\"free-write\";q=200;w=60"
    );

    let list = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(list["reservations"].as_array().map(Vec::len), Some(1));
    // What is had already, and what is refused, do not count.
    assert_eq!(
        app.reserve(&tenant.key, names(&["a", "b", "c"]))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn tenants_do_not_see_each_others_resources() {
    let app = App::start().await;
    let (a, b) = (app.tenant(Tier::Free).await, app.tenant(Tier::Free).await);
    let item = json!([{"requester": "w", "resource": "db"}]);
    assert_eq!(
        app.reserve(&a.key, item.clone()).await.json()[0]["status"],
        "ACQUIRED"
    );
    assert_eq!(
        app.reserve(&b.key, item).await.json()[0]["status"],
        "ACQUIRED"
    );
}

#[tokio::test]
async fn everything_is_there_after_a_restart_and_fencing_tokens_go_on() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let item = json!([{"requester": "w1", "resource": "db", "ttlSeconds": 60, "metadata": {"ü": ["\u{1F512}", 1.5, null]}}]);
    let first = app.reserve(&tenant.key, item.clone()).await.json();
    let before = app.get(&tenant.key, "/Reservation").await.json();

    let app = app.restart().await;
    assert_eq!(app.get(&tenant.key, "/Reservation").await.json(), before);
    let again = app.reserve(&tenant.key, item).await.json();
    assert_eq!(again[0]["status"], "ALREADY_HAD");
    assert_eq!(again[0]["releaseToken"], first[0]["releaseToken"]);
    let next = app
        .reserve(
            &tenant.key,
            json!([{"requester": "w1", "resource": "other"}]),
        )
        .await
        .json();
    assert_eq!(next[0]["fencingToken"], 2);
    app.shut_down().await;
}
