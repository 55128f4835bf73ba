//! `GET /api/v1/events/history`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::{
    exchange::World,
    support::{App, Tenant},
};

async fn revisions(app: &App, key: &str, query: &str) -> Vec<u64> {
    let answer = app.get(key, &format!("/events/history{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    let events = answer.json()["events"].clone();
    let events = events.as_array().expect("an array").iter();
    events
        .map(|event| event["revision"].as_u64().expect("a number"))
        .collect()
}

/// Reserves `a`, `b/1` and `b/2` in one commit, and gives `a` back.
async fn three_and_a_release() -> (App, Tenant) {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let items = json!([
        {"requester": "v", "resource": "a", "ttlSeconds": 60, "metadata": {"n": 1}},
        {"requester": "w", "resource": "b/1"},
        {"requester": "w", "resource": "b/2"},
    ]);
    let held = app.reserve(&tenant.key, items).await.json();
    let token = &held[0]["releaseToken"];
    let item = json!([{"requester": "v", "resource": "a", "releaseToken": token}]);
    assert_eq!(app.unreserve(&tenant.key, item).await.status, 200);
    (app, tenant)
}

#[tokio::test]
async fn an_event_has_every_field_of_the_contract() {
    let (app, tenant) = three_and_a_release().await;
    let page = app.get(&tenant.key, "/events/history?limit=1").await.json();
    assert_eq!(
        page,
        json!({
            "events": [{
                "revision": 1,
                "type": "RESERVED",
                "tenantId": tenant.id.to_string(),
                "resource": "a",
                "holds": ["a"],
                "requester": "v",
                "resourceType": "UserDefined",
                "apiKeyLabel": "default",
                "endUser": null,
                "fencingToken": 1,
                "reservedAt": "2026-11-24T00:00:00.000Z",
                "expiresAt": "2026-11-24T00:01:00.000Z",
                "reason": null,
                "transactionId": null,
                "metadata": {"n": 1},
                "at": "2026-11-24T00:00:00.000Z",
            }],
            "cursor": 1,
            "hasMore": true,
            "oldestRevision": 1,
        })
    );
}

#[tokio::test]
async fn pages_follow_one_another_within_and_between_commits_without_a_gap_or_a_repeat() {
    let (app, tenant) = three_and_a_release().await;
    let mut seen = Vec::new();
    let mut after = 0;
    loop {
        let path = format!("/events/history?limit=1&after={after}");
        let page = app.get(&tenant.key, &path).await.json();
        let events = page["events"].as_array().expect("an array");
        seen.extend(events.iter().map(|event| event["revision"].clone()));
        after = page["cursor"].as_u64().expect("a number");
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 4]);
    assert_eq!(revisions(&app, &tenant.key, "?after=4").await, [0; 0]);
}

#[tokio::test]
async fn every_filter_lets_through_what_it_names_and_the_cursor_moves_all_the_same() {
    let (app, tenant) = three_and_a_release().await;
    for (query, expected) in [
        ("?resource=a", vec![1, 4]),
        ("?prefix=b/", vec![2, 3]),
        ("?requester=w", vec![2, 3]),
        ("?type=UNRESERVED", vec![4]),
        ("?apiKeyLabel=default", vec![1, 2, 3, 4]),
        ("?apiKeyLabel=other", vec![]),
        ("?prefix=b/&resource=b/2&after=1", vec![3]),
    ] {
        assert_eq!(
            revisions(&app, &tenant.key, query).await,
            expected,
            "{query}"
        );
    }
    let page = app.get(&tenant.key, "/events/history?resource=none").await;
    assert_eq!(page.json()["cursor"], 4);
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let (app, tenant) = three_and_a_release().await;
    for query in [
        "limit=0",
        "limit=1001",
        "after=-1",
        "after=x",
        "type=NOTHING",
        "no=1",
    ] {
        let path = format!("/events/history?{query}");
        let answer = app.get(&tenant.key, &path).await;
        assert_eq!(answer.problem(400), "INVALID_REQUEST", "{query}");
    }
}

#[tokio::test]
async fn what_was_pruned_is_told_by_the_oldest_revision() {
    let (app, tenant) = three_and_a_release().await;
    app.meddle("DELETE FROM events WHERE revision = 3").await;
    let page = app.get(&tenant.key, "/events/history").await.json();
    assert_eq!(page["oldestRevision"], 4);
    assert_eq!(page["events"][0]["revision"], 4);
    app.meddle("DELETE FROM events").await;
    let page = app.get(&tenant.key, "/events/history").await.json();
    assert_eq!(page["oldestRevision"], Value::Null);
}

#[tokio::test]
async fn an_end_user_sees_the_events_of_his_own_reservations_alone() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let alice = world.token(&issuer, "alice").await;
    let bob = world.token(&issuer, "bob").await;
    world.reserve(&alice, json!({"resource": "a"})).await;
    world.reserve(&bob, json!({"resource": "b"})).await;
    // A requester of the tenant's who happens to have her name is somebody else.
    let item = json!({"requester": "alice", "resource": "c"});
    world.reserve(&world.tenant.key, item).await;
    assert_eq!(revisions(&world.app, &alice, "").await, [1]);
    let page = world.app.get(&bob, "/events/history").await.json();
    assert_eq!(page["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["events"][0]["endUser"], "bob");
    assert_eq!(page["events"][0]["apiKeyLabel"], "acme-users");
    let answer = world.app.get(&bob, "/events/history?requester=alice").await;
    assert_eq!(answer.problem(403), "REQUESTER_MISMATCH");
    assert_eq!(
        revisions(&world.app, &world.tenant.key, "").await,
        [1, 2, 3]
    );
}
