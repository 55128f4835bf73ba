//! `GET /Reservation/activeReservations`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{App, Tenant};

async fn with_reservations(app: &App, names: &[&str]) -> Tenant {
    let tenant = app.tenant(Tier::Pro).await;
    let items: Value = names
        .iter()
        .map(|name| json!({"requester": "w", "resource": name, "ttlSeconds": 60}))
        .collect();
    assert_eq!(app.reserve(&tenant.key, items).await.status, 200);
    tenant
}

fn names(page: &Value) -> Vec<&str> {
    page["reservations"]
        .as_array()
        .expect("array")
        .iter()
        .filter_map(|r| r["resource"].as_str())
        .collect()
}

#[tokio::test]
async fn a_reservation_is_listed_as_documented_and_without_its_release_token() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let item = json!([{"requester": "w1", "resource": "db", "ttlSeconds": 30, "resourceType": "Job", "metadata": {"a": 1}}]);
    let token = app.reserve(&tenant.key, item).await.json()[0]["releaseToken"]
        .as_str()
        .expect("a token")
        .to_owned();
    let answer = app
        .get(&tenant.key, "/Reservation/activeReservations")
        .await;
    assert!(!answer.text.contains(&token));
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"free-read\";q=1000;w=60"
    );
    insta::assert_json_snapshot!(answer.json());
    assert_eq!(
        app.get(&tenant.key, "/Reservation").await.json(),
        answer.json()
    );
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_or_a_repeat() {
    let app = App::start().await;
    let tenant = with_reservations(&app, &["d", "a", "c", "e", "b"]).await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for _ in 0..3 {
        let page = app
            .get(&tenant.key, &format!("/Reservation?limit=2{cursor}"))
            .await
            .json();
        seen.extend(names(&page).into_iter().map(str::to_owned));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn filters_let_through_what_they_name() {
    let app = App::start().await;
    let tenant = with_reservations(&app, &["gpu/1", "gpu/2", "gpu", "gpv", "cpu/1"]).await;
    for (query, expected) in [
        ("prefix=gpu%2F", vec!["gpu/1", "gpu/2"]),
        ("prefix=gpu", vec!["gpu", "gpu/1", "gpu/2"]),
        ("resource=gpu", vec!["gpu"]),
        ("resource=nothing", vec![]),
        ("requester=w", vec!["cpu/1", "gpu", "gpu/1", "gpu/2", "gpv"]),
        ("requester=x", vec![]),
        ("apiKeyLabel=default&prefix=c", vec!["cpu/1"]),
        ("resourceType=Job", vec![]),
    ] {
        let page = app
            .get(&tenant.key, &format!("/Reservation?{query}"))
            .await
            .json();
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(page["nextCursor"], Value::Null, "{query}");
    }
}

#[tokio::test]
async fn what_has_expired_is_not_listed_even_before_it_is_announced() {
    let app = App::start().await;
    let tenant = with_reservations(&app, &["a"]).await;
    app.clock.advance_ms(60_000);
    assert!(names(&app.get(&tenant.key, "/Reservation").await.json()).is_empty());
}

#[tokio::test]
async fn a_query_that_cannot_be_used_is_refused_with_every_reason() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let answer = app
        .get(
            &tenant.key,
            "/Reservation?limit=0&cursor=x&requester=a&requester=b&colour=red",
        )
        .await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    insta::assert_json_snapshot!(answer.json()["errors"]);
}
