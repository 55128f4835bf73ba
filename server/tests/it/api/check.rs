//! `POST /Reservation/check`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{App, Tenant};

const PATH: &str = "/Reservation/check";

async fn check(app: &App, tenant: &Tenant, items: Value) -> Value {
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn it_says_what_reserving_would_be_answered_and_changes_nothing() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let pool = json!([{"name": "gpu", "capacity": 2, "blocks": ["licence"]}]);
    app.post(&tenant.key, "/Resource/register", &pool).await;
    let items = json!([
        {"requester": "w1", "resource": "db", "ttlSeconds": 30},
        {"requester": "w1", "resource": "gpu"},
    ]);
    app.reserve(&tenant.key, items).await;
    let before = app.get(&tenant.key, "/Reservation").await.text;
    let items = json!([
        {"resource": "free"},
        {"resource": "db"},
        {"resource": "db", "requester": "w1"},
        {"resource": "db", "requester": "w1", "mode": "shared"},
        {"resource": "gpu", "requester": "w2"},
        {"resource": "gpu", "mode": "shared"},
        {"resource": "gpu_1", "requester": "w1"},
    ]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.header("ratelimit"), "\"free-read\";r=992;t=1");
    insta::assert_json_snapshot!(answer.json());
    assert_eq!(app.get(&tenant.key, "/Reservation").await.text, before);
    // Every item is then answered by reserve as it was said.
    let expected = answer.json();
    for index in [1, 2, 3, 4, 5] {
        let mut item = items[index].clone();
        if item.get("requester").is_none() {
            item["requester"] = json!("nobody yet");
        }
        let reserved = app.reserve(&tenant.key, json!([item])).await.json();
        assert_eq!(reserved[0]["status"], expected[index]["status"], "{item}");
        assert_eq!(reserved[0]["heldBy"], expected[index]["heldBy"], "{item}");
    }
}

#[tokio::test]
async fn free_slots_are_counted_and_those_that_a_lock_delay_closes_are_not_among_them() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let pool = json!([{"name": "gpu", "capacity": 3, "lockDelaySeconds": 60}]);
    app.post(&tenant.key, "/Resource/register", &pool).await;
    let items = json!([
        {"requester": "w1", "resource": "gpu", "ttlSeconds": 10},
        {"requester": "w2", "resource": "gpu"},
    ]);
    app.reserve(&tenant.key, items).await;
    let asked = json!([{"resource": "gpu"}]);
    for (free, elapsed) in [(1, 10_000), (1, 60_000), (2, 0)] {
        let answer = check(&app, &tenant, asked.clone()).await;
        assert_eq!(answer[0]["freeSlots"], free);
        assert_eq!(answer[0]["capacity"], 3);
        assert_eq!(answer[0]["available"], true);
        app.clock.advance_ms(elapsed);
    }
}

#[tokio::test]
async fn every_problem_of_a_body_is_named_by_its_pointer() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"resource": 1, "requester": "", "mode": "both", "ttlSeconds": 5},
        {},
        [],
    ]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    insta::assert_json_snapshot!(answer.json()["errors"]);
}
