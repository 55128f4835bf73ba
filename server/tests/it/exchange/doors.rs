//! What an end user may do at the doors beside reserve and unreserve.

use coop_engine::Ttl;
use http::Method;
use serde_json::{Value, json};

use super::world::World;

/// How long he may hold something at most, in seconds.
const MOST: u32 = 120;

async fn world() -> (World, String) {
    let world = World::start().await;
    let issuer = world
        .issuer_with(|settings| settings.max_ttl = Ttl::parse(MOST).expect("a TTL"))
        .await;
    let token = world.token(&issuer, "alice").await;
    (world, token)
}

async fn post(world: &World, key: &str, path: &str, body: Value) -> Value {
    let answer = world.app.post(key, path, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn what_is_renewed_or_taken_together_lasts_no_longer_than_the_issuer_allows() {
    let (world, token) = world().await;
    let held = world
        .reserve(&token, json!({"resource": "a", "ttlSeconds": 60}))
        .await;
    let renew = async |extra: Value| {
        let mut item = json!({"resource": "a", "releaseToken": held["releaseToken"]});
        for (name, value) in extra.as_object().expect("an object") {
            item[name] = value.clone();
        }
        let answer = post(&world, &token, "/Reservation/renew", json!([item])).await;
        assert_eq!(answer[0]["status"], "RENEWED");
        answer[0]["remainingMs"].clone()
    };
    // Left out, it is what was last asked for, and not the most that there is.
    assert_eq!(renew(json!({})).await, 60_000);
    assert_eq!(renew(json!({"ttlSeconds": 31_536_000})).await, 120_000);
    let asked = json!([{"resources": ["b", {"resource": "c", "ttlSeconds": 9_999}, {"resource": "d", "ttlSeconds": 5}]}]);
    let answer = post(&world, &token, "/Reservation/transaction", asked).await;
    assert_eq!(answer[0]["requester"], "alice");
    for (index, ends) in [(0, "00:02:00"), (1, "00:02:00"), (2, "00:00:05")] {
        let expected = format!("2026-11-24T{ends}.000Z");
        assert_eq!(answer[0]["reserved"][index]["expiresAt"], expected.as_str());
    }
}

#[tokio::test]
async fn acting_for_another_is_refused_at_every_door_and_nothing_is_done() {
    let (world, token) = world().await;
    for (path, body) in [
        (
            "/Reservation/renew",
            json!([{"requester": "bob", "resource": "a"}]),
        ),
        (
            "/Reservation/check",
            json!([{"requester": "bob", "resource": "a"}]),
        ),
        (
            "/Reservation/transaction",
            json!([{"resources": ["a"]}, {"requester": "bob", "resources": ["b"]}]),
        ),
    ] {
        let refused = world.app.post(&token, path, &body).await;
        assert_eq!(refused.problem(403), "REQUESTER_MISMATCH", "{path}");
    }
    let list = world.app.get(&world.tenant.key, "/Reservation").await;
    assert_eq!(list.json()["reservations"], json!([]));
}

#[tokio::test]
async fn the_resources_of_the_tenant_are_not_his_to_define_or_to_read() {
    let (world, token) = world().await;
    for (method, path) in [
        (Method::POST, "/Resource/register"),
        (Method::GET, "/Resource/definitions"),
        (Method::GET, "/Resource/definitions/a"),
        (Method::DELETE, "/Resource/definitions/a"),
    ] {
        let refused = world.app.call(&token, method, path, None).await;
        assert_eq!(refused.problem(403), "TOKEN_SCOPE", "{path}");
    }
}

#[tokio::test]
async fn no_refusal_of_any_door_names_another_subject() {
    let (world, token) = world().await;
    let pool = json!([{"name": "pool", "capacity": 1, "treePath": "above"}]);
    post(&world, &world.tenant.key, "/Resource/register", pool).await;
    for resource in ["pool", "plain"] {
        let item = json!({"requester": "bob", "resource": resource, "metadata": {"a": "SECRET"}, "resourceType": "SECRET"});
        world.reserve(&world.tenant.key, item).await;
    }
    for (path, body) in [
        (
            "/Reservation/check",
            json!([{"resource": "pool"}, {"resource": "plain"}, {"resource": "above"}]),
        ),
        (
            "/Reservation/transaction",
            json!([{"resources": ["pool", "plain", "above"], "method": "AS_MANY_AS_POSSIBLE"}]),
        ),
        (
            "/Reservation/renew",
            json!([{"resource": "pool"}, {"resource": "plain"}]),
        ),
        (
            "/Reservation/verify",
            json!([{"resource": "pool", "fencingToken": 2}, {"resource": "plain", "fencingToken": 3}]),
        ),
    ] {
        let text = post(&world, &token, path, body).await.to_string();
        for secret in ["SECRET", "bob", "default"] {
            assert!(!text.contains(secret), "{path}: {text}");
        }
        assert!(
            text.contains("Somebody else") || path.ends_with("/verify"),
            "{path}: {text}"
        );
    }
}
