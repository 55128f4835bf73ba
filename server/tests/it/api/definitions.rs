//! `GET /Resource/definitions`, `GET` and `DELETE /Resource/definitions/{name}`.

use coop_locker::model::Tier;
use http::Method;
use serde_json::{Value, json};

use crate::support::{App, Tenant};

const PATH: &str = "/Resource/definitions";

async fn with_definitions(app: &App, names: &[&str]) -> Tenant {
    let tenant = app.tenant(Tier::Pro).await;
    let items: Value = names.iter().map(|name| json!({"name": name})).collect();
    let answer = app.post(&tenant.key, "/Resource/register", &items).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    tenant
}

fn names(page: &Value) -> Vec<&str> {
    let definitions = page["definitions"].as_array().expect("an array").iter();
    definitions.filter_map(|one| one["name"].as_str()).collect()
}

#[tokio::test]
async fn a_definition_is_shown_alone_and_in_the_list_as_documented() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"name": "gpu", "capacity": 4, "blocks": ["licence"], "treePath": "lab>rack", "lockDelaySeconds": 15},
        {"name": "a"},
    ]);
    app.post(&tenant.key, "/Resource/register", &items).await;
    let list = app.get(&tenant.key, PATH).await;
    assert_eq!(list.header("ratelimit"), "\"free-read\";r=999;t=1");
    insta::assert_json_snapshot!(list.json());
    let one = app.get(&tenant.key, &format!("{PATH}/gpu")).await.json();
    assert_eq!(one, list.json()["definitions"][1]);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_or_a_repeat_within_a_prefix_too() {
    let app = App::start().await;
    let tenant = with_definitions(&app, &["gpu2", "a", "gpu", "gpu1", "gpv", "gp", "ü"]).await;
    for (prefix, expected) in [
        ("", vec!["a", "gp", "gpu", "gpu1", "gpu2", "gpv", "ü"]),
        ("gpu", vec!["gpu", "gpu1", "gpu2"]),
        ("gpu1", vec!["gpu1"]),
        ("%C3%BC", vec!["ü"]),
        ("x", vec![]),
    ] {
        for limit in [1, 2, 3, 1000] {
            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("{PATH}?prefix={prefix}&limit={limit}{cursor}");
                let page = app.get(&tenant.key, &path).await.json();
                assert!(names(&page).len() <= limit);
                seen.extend(names(&page).into_iter().map(str::to_owned));
                match page["nextCursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, expected, "{prefix} {limit}");
        }
    }
}

#[tokio::test]
async fn names_are_percent_encoded_and_what_is_no_name_is_not_found() {
    let app = App::start().await;
    let strange = [
        "a/b",
        "ü ?#",
        "100%",
        "definitions",
        "é".repeat(256).as_str(),
    ]
    .map(str::to_owned);
    let tenant = with_definitions(&app, &strange.each_ref().map(String::as_str)).await;
    for name in &strange {
        let encoded: String = name
            .bytes()
            .fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        let path = format!("{PATH}/{encoded}");
        let one = app.get(&tenant.key, &path).await;
        assert_eq!(one.json()["name"], name.as_str(), "{}", one.text);
        let deleted = app.call(&tenant.key, Method::DELETE, &path, None).await;
        assert_eq!(deleted.json(), json!({"name": name, "deleted": true}));
    }
    for nobodys in ["nothing", "a%3Eb", "%FF", "%00", &"x".repeat(257)] {
        let path = format!("{PATH}/{nobodys}");
        for method in [Method::GET, Method::DELETE] {
            let answer = app.call(&tenant.key, method, &path, None).await;
            assert_eq!(answer.problem(404), "NOT_FOUND", "{nobodys}");
        }
    }
}

#[tokio::test]
async fn what_is_held_or_waited_for_keeps_its_definition_and_what_is_deleted_is_gone() {
    let app = App::start().await;
    let tenant = with_definitions(&app, &["a"]).await;
    let item = json!([{"requester": "w", "resource": "a"}]);
    let token = app.reserve(&tenant.key, item).await.json()[0]["releaseToken"].clone();
    let path = format!("{PATH}/a");
    let refused = app.call(&tenant.key, Method::DELETE, &path, None).await;
    assert_eq!(refused.problem(409), "IN_USE");
    assert_eq!(app.get(&tenant.key, &path).await.status, 200);
    let release = json!([{"requester": "w", "resource": "a", "releaseToken": token}]);
    app.unreserve(&tenant.key, release).await;
    let deleted = app.call(&tenant.key, Method::DELETE, &path, None).await;
    assert_eq!(deleted.status, 200);
    assert_eq!(
        deleted.header("ratelimit-policy"),
        "\"pro-write\";q=10000;w=60"
    );
    assert_eq!(app.get(&tenant.key, &path).await.problem(404), "NOT_FOUND");
    let again = app.call(&tenant.key, Method::DELETE, &path, None).await;
    assert_eq!(again.problem(404), "NOT_FOUND");
}

#[tokio::test]
async fn definitions_and_everything_held_by_them_are_there_after_a_restart() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"name": "gpu", "capacity": 2, "blocks": ["licence"], "treePath": "lab>rack", "lockDelaySeconds": 15},
        {"name": "licence", "capacity": 2},
    ]);
    app.post(&tenant.key, "/Resource/register", &items).await;
    let items = json!([
        {"requester": "w1", "resource": "gpu"},
        {"requester": "w2", "resource": "data", "mode": "shared"},
        {"requester": "w3", "resource": "gpu", "ttlSeconds": 5},
    ]);
    let before = app.reserve(&tenant.key, items.clone()).await.json();
    let paths = [PATH, "/Reservation"];
    let mut shown = Vec::new();
    for path in paths {
        shown.push(app.get(&tenant.key, path).await.text);
    }
    let app = app.restart().await;
    for (path, before) in paths.into_iter().zip(&shown) {
        assert_eq!(app.get(&tenant.key, path).await.text, *before);
    }
    let after = app.reserve(&tenant.key, items).await.json();
    for index in 0..3 {
        assert_eq!(after[index]["status"], "ALREADY_HAD");
        for field in [
            "releaseToken",
            "acquiredSlots",
            "acquiredBlockers",
            "reservedAtPath",
            "mode",
        ] {
            assert_eq!(after[index][field], before[index][field], "{index} {field}");
        }
    }
    // A lock delay outlives a restart too.
    app.clock.advance_ms(5_000);
    let asked = json!([{"requester": "w4", "resource": "gpu"}]);
    let refused = app.reserve(&tenant.key, asked.clone()).await.json();
    assert_eq!(refused[0]["status"], "NOT_AVAILABLE");
    let app = app.restart().await;
    let still = app.reserve(&tenant.key, asked.clone()).await.json();
    assert_eq!(still[0]["availableAt"], refused[0]["availableAt"]);
    app.clock.advance_ms(15_000);
    let granted = app.reserve(&tenant.key, asked).await.json();
    assert_eq!(granted[0]["status"], "ACQUIRED");
    app.shut_down().await;
}

#[tokio::test]
async fn a_query_that_cannot_be_used_is_refused_with_every_reason() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let path = format!("{PATH}?limit=1001&cursor=&prefix=a&prefix=b&colour=red");
    let answer = app.get(&tenant.key, &path).await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    let errors = answer.json()["errors"].clone();
    let pointers: Vec<_> = errors
        .as_array()
        .expect("an array")
        .iter()
        .map(|e| &e["pointer"])
        .collect();
    assert_eq!(pointers, ["prefix", "limit", "cursor", "colour"]);
}
