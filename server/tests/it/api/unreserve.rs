//! `POST /Reservation/unreserve`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{App, Tenant};

async fn token(app: &App, tenant: &Tenant, requester: &str, resource: &str) -> Value {
    let answer = app
        .reserve(
            &tenant.key,
            json!([{"requester": requester, "resource": resource}]),
        )
        .await
        .json();
    assert_eq!(answer[0]["status"], "ACQUIRED");
    answer[0]["releaseToken"].clone()
}

#[tokio::test]
async fn every_status_in_one_request_and_the_valid_items_are_carried_out_beside_a_wrong_token() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let mine = token(&app, &tenant, "w1", "a").await;
    token(&app, &tenant, "w2", "b").await;
    token(&app, &tenant, "w1", "c").await;
    let answer = app
        .unreserve(
            &tenant.key,
            json!([
                {"requester": "w1", "resource": "a", "releaseToken": mine},
                {"requester": "w1", "resource": "b", "releaseToken": mine},
                {"requester": "w1", "resource": "c", "releaseToken": mine},
                {"requester": "w1", "resource": "d", "releaseToken": mine},
                {"requester": "w1", "resource": "c"},
                {"requester": "w1", "resource": "c", "releaseToken": "not a uuid"},
            ]),
        )
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("content-type"), "application/json");
    insta::assert_json_snapshot!(answer.json());
    let list = app.get(&tenant.key, "/Reservation").await.json();
    let held: Vec<_> = list["reservations"]
        .as_array()
        .expect("array")
        .iter()
        .map(|r| r["resource"].clone())
        .collect();
    assert_eq!(held, ["b", "c"]);
}

#[tokio::test]
async fn a_release_is_safe_to_repeat_and_never_frees_a_newer_grant() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let old = token(&app, &tenant, "w1", "a").await;
    let release = json!([{"requester": "w1", "resource": "a", "releaseToken": old}]);
    assert_eq!(
        app.unreserve(&tenant.key, release.clone()).await.json()[0]["status"],
        "RELINQUISHED"
    );
    assert_eq!(
        app.unreserve(&tenant.key, release.clone()).await.json()[0]["status"],
        "NOT_RESERVED"
    );
    token(&app, &tenant, "w1", "a").await;
    let late = app.unreserve(&tenant.key, release).await;
    assert_eq!(late.status, 403);
    assert_eq!(late.json()[0]["status"], "INVALID_RELEASE_TOKEN");
}

#[tokio::test]
async fn a_release_is_let_through_when_the_quota_is_used_up() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let mine = token(&app, &tenant, "w1", "a").await;
    let many: Value = (0..100)
        .map(|_| json!({"requester": "w1", "resource": "a"}))
        .collect();
    app.reserve(&tenant.key, many.clone()).await;
    assert_eq!(
        app.reserve(&tenant.key, many.clone()).await.problem(429),
        "RATE_LIMITED"
    );
    app.reserve(&tenant.key, json!([{"requester": "w1", "resource": "a"}]))
        .await;
    let released = app
        .unreserve(
            &tenant.key,
            json!([{"requester": "w1", "resource": "a", "releaseToken": mine}]),
        )
        .await;
    assert_eq!(released.status, 200);
    assert_eq!(released.json()[0]["status"], "RELINQUISHED");
}
