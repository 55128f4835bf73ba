//! `POST /Reservation/renew`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{App, Tenant};

const PATH: &str = "/Reservation/renew";

async fn held(app: &App, tenant: &Tenant, requester: &str, resource: &str, ttl: Value) -> Value {
    let items = json!([{"requester": requester, "resource": resource, "ttlSeconds": ttl}]);
    let answer = app.reserve(&tenant.key, items).await.json();
    assert_eq!(answer[0]["status"], "ACQUIRED");
    answer[0].clone()
}

#[tokio::test]
async fn every_status_in_one_request_and_the_valid_items_are_carried_out_beside_a_wrong_token() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let mine = held(&app, &tenant, "w1", "a", json!(30)).await["releaseToken"].clone();
    let endless = held(&app, &tenant, "w1", "e", Value::Null).await["releaseToken"].clone();
    held(&app, &tenant, "w2", "b", json!(60)).await;
    held(&app, &tenant, "w1", "c", json!(60)).await;
    app.clock.advance_ms(10_000);
    let items = json!([
        {"requester": "w1", "resource": "a", "releaseToken": mine},
        {"requester": "w1", "resource": "a", "releaseToken": mine, "ttlSeconds": 90},
        {"requester": "w1", "resource": "e", "releaseToken": endless, "ttlSeconds": 90},
        {"requester": "w1", "resource": "b", "releaseToken": mine},
        {"requester": "w1", "resource": "c", "releaseToken": mine},
        {"requester": "w1", "resource": "d", "releaseToken": mine},
        {"requester": "w1", "resource": "c"},
    ]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("content-type"), "application/json");
    insta::assert_json_snapshot!(answer.json());
    let list = app.get(&tenant.key, "/Reservation?resource=a").await.json();
    let expiry = &list["reservations"][0]["expiresAt"];
    assert_eq!(*expiry, answer.json()[1]["expiresAt"]);
}

#[tokio::test]
async fn it_is_safe_to_repeat_never_shortens_unless_told_to_and_keeps_the_fencing_token() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let first = held(&app, &tenant, "w", "a", json!(60)).await;
    let renew = async |extra: Value| {
        let mut item =
            json!({"requester": "w", "resource": "a", "releaseToken": first["releaseToken"]});
        for (name, value) in extra.as_object().expect("an object") {
            item[name] = value.clone();
        }
        let answer = app.post(&tenant.key, PATH, &json!([item])).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let item = answer.json()[0].clone();
        assert_eq!(item["status"], "RENEWED");
        item
    };
    let longer = renew(json!({"ttlSeconds": 300})).await;
    assert_eq!(longer["remainingMs"], 300_000);
    assert_eq!(longer["renewAfterMs"], 100_000);
    assert_eq!(renew(json!({"ttlSeconds": 300})).await, longer);
    assert_eq!(
        renew(json!({"ttlSeconds": 5})).await["remainingMs"],
        300_000
    );
    let shorter = json!({"ttlSeconds": 5, "allowShorten": true});
    assert_eq!(renew(shorter).await["remainingMs"], 5_000);
    app.clock.advance_ms(1_000);
    // Left out, it is what was last asked for.
    assert_eq!(renew(json!({})).await["remainingMs"], 5_000);
    let again = app
        .reserve(&tenant.key, json!([{"requester": "w", "resource": "a"}]))
        .await
        .json();
    assert_eq!(again[0]["status"], "ALREADY_HAD");
    assert_eq!(again[0]["fencingToken"], first["fencingToken"]);
}

#[tokio::test]
async fn what_has_no_end_keeps_none_unless_it_may_be_shortened() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let token = held(&app, &tenant, "w", "a", Value::Null).await["releaseToken"].clone();
    for (shorten, expected) in [(false, Value::Null), (true, json!(10_000))] {
        let items = json!([{
            "requester": "w", "resource": "a", "releaseToken": token, "ttlSeconds": 10, "allowShorten": shorten,
        }]);
        let answer = app.post(&tenant.key, PATH, &items).await.json();
        assert_eq!(answer[0]["status"], "RENEWED");
        assert_eq!(answer[0]["remainingMs"], expected);
    }
}

#[tokio::test]
async fn at_its_deadline_it_is_lost_and_a_late_renewal_never_touches_a_newer_grant() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let old = held(&app, &tenant, "w", "a", json!(10)).await["releaseToken"].clone();
    let late = json!([{"requester": "w", "resource": "a", "releaseToken": old, "ttlSeconds": 600}]);
    app.clock.advance_ms(10_000);
    let answer = app.post(&tenant.key, PATH, &late).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()[0]["status"], "LOST");

    let newer = held(&app, &tenant, "w", "a", json!(20)).await;
    let answer = app.post(&tenant.key, PATH, &late).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()[0]["status"], "INVALID_RELEASE_TOKEN");
    let list = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(list["reservations"][0]["expiresAt"], newer["expiresAt"]);

    // Nor one of somebody else's.
    app.clock.advance_ms(20_000);
    held(&app, &tenant, "x", "a", json!(20)).await;
    let answer = app.post(&tenant.key, PATH, &late).await;
    assert_eq!(answer.json()[0]["status"], "DOESNT_OWN_RESERVATION");
}

#[tokio::test]
async fn a_renewal_is_let_through_when_the_quota_and_the_day_are_used_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiers = folder.path().join("tiers.toml");
    std::fs::write(
        &tiers,
        "[free]\noperationsPerDay = 110\nwritesPerMinute = 101\n",
    )
    .expect("written");
    let app = App::start_with(&[("tiers_file", tiers.to_str().expect("a path"))]).await;
    let tenant = app.tenant(Tier::Free).await;
    let mine = held(&app, &tenant, "w", "a", json!(60)).await["releaseToken"].clone();
    let many: Value = (0..100)
        .map(|_| json!({"requester": "w", "resource": "a"}))
        .collect();
    app.reserve(&tenant.key, many.clone()).await;
    assert_eq!(
        app.reserve(&tenant.key, many).await.problem(429),
        "DAILY_LIMIT_EXCEEDED"
    );
    let items: Value = (0..20)
        .map(|_| json!({"requester": "w", "resource": "a", "releaseToken": mine}))
        .collect();
    let renewed = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    assert_eq!(renewed.json()[19]["status"], "RENEWED");
    assert!(renewed.header("ratelimit").contains(";r=0;"));
}

#[tokio::test]
async fn a_slot_and_its_pool_are_the_same_reservation() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let pool = json!([{"name": "gpu", "capacity": 2}]);
    app.post(&tenant.key, "/Resource/register", &pool).await;
    let token = held(&app, &tenant, "w", "gpu", json!(10)).await["releaseToken"].clone();
    for name in ["gpu", "gpu_0"] {
        let items = json!([{"requester": "w", "resource": name, "releaseToken": token}]);
        let answer = app.post(&tenant.key, PATH, &items).await.json();
        assert_eq!(answer[0]["status"], "RENEWED", "{name}");
    }
}

#[tokio::test]
async fn every_problem_of_a_body_is_named_by_its_pointer() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"requester": "", "resource": "a>b", "releaseToken": 7, "ttlSeconds": 0, "allowShorten": "yes", "colour": 1},
        {"ttlSeconds": 31_536_001},
        7,
    ]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    insta::assert_json_snapshot!(answer.json()["errors"]);
}
