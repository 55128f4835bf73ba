//! `POST /Reservation/verify`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{App, Tenant};

const PATH: &str = "/Reservation/verify";

async fn status(app: &App, tenant: &Tenant, resource: &str, token: &Value) -> Value {
    let items = json!([{"resource": resource, "fencingToken": token}]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()[0]["status"].clone()
}

#[tokio::test]
async fn every_status_in_one_request_which_counts_as_a_read() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"requester": "w", "resource": "a", "ttlSeconds": 30},
        {"requester": "w", "resource": "b"},
    ]);
    app.reserve(&tenant.key, items).await;
    app.clock.advance_ms(10_000);
    let items = json!([
        {"resource": "a", "fencingToken": 1},
        {"resource": "b", "fencingToken": 2},
        {"resource": "a", "fencingToken": 2},
        {"resource": "a", "fencingToken": 0},
        {"resource": "a", "fencingToken": 3},
        {"resource": "a", "fencingToken": 18_446_744_073_709_551_615_u64},
    ]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("ratelimit"), "\"free-read\";r=994;t=1");
    insta::assert_json_snapshot!(answer.json());
}

#[tokio::test]
async fn a_token_is_stale_once_its_grant_has_ended_however_it_ended() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let item = json!([{"requester": "w", "resource": "a", "ttlSeconds": 10}]);
    let first = app.reserve(&tenant.key, item.clone()).await.json()[0].clone();
    let token = &first["fencingToken"];
    assert_eq!(status(&app, &tenant, "a", token).await, "CURRENT");
    let release =
        json!([{"requester": "w", "resource": "a", "releaseToken": first["releaseToken"]}]);
    app.unreserve(&tenant.key, release).await;
    assert_eq!(status(&app, &tenant, "a", token).await, "STALE");
    let second = app.reserve(&tenant.key, item).await.json()[0]["fencingToken"].clone();
    assert_eq!(status(&app, &tenant, "a", token).await, "STALE");
    assert_eq!(status(&app, &tenant, "a", &second).await, "CURRENT");
    app.clock.advance_ms(10_000);
    assert_eq!(status(&app, &tenant, "a", &second).await, "STALE");
}

#[tokio::test]
async fn one_token_covers_the_slot_the_pool_and_everything_that_is_held_with_it() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let pool = json!([{"name": "gpu", "capacity": 2, "blocks": ["licence"]}]);
    app.post(&tenant.key, "/Resource/register", &pool).await;
    let item = json!([{"requester": "w", "resource": "gpu"}]);
    let token = app.reserve(&tenant.key, item).await.json()[0]["fencingToken"].clone();
    for (name, expected) in [
        ("gpu", "CURRENT"),
        ("gpu_0", "CURRENT"),
        ("licence", "CURRENT"),
        ("gpu_1", "STALE"),
        ("other", "STALE"),
    ] {
        assert_eq!(
            status(&app, &tenant, name, &token).await,
            expected,
            "{name}"
        );
    }
}

#[tokio::test]
async fn every_problem_of_a_body_is_named_by_its_pointer() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"resource": "", "fencingToken": -1, "requester": "w"},
        {},
        {"resource": "a", "fencingToken": "1"},
    ]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    insta::assert_json_snapshot!(answer.json()["errors"]);
}
