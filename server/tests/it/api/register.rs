//! `POST /Resource/register`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{Answer, App, Tenant};

const PATH: &str = "/Resource/register";

async fn register(app: &App, tenant: &Tenant, items: Value) -> Answer {
    app.post(&tenant.key, PATH, &items).await
}

async fn reserve(app: &App, tenant: &Tenant, requester: &str, resource: &str) -> Value {
    let items = json!([{"requester": requester, "resource": resource, "ttlSeconds": 30}]);
    app.reserve(&tenant.key, items).await.json()[0].clone()
}

#[tokio::test]
async fn what_is_registered_is_answered_as_it_is_defined_now_and_again_gives_the_same() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"name": "gpu", "capacity": 4, "blocks": ["licence"], "treePath": "lab>rack", "lockDelaySeconds": 15},
        {"name": "licence", "capacity": 1, "blocks": [], "treePath": null, "lockDelaySeconds": 0},
        {"name": "plain"},
    ]);
    let answer = register(&app, &tenant, items.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("ratelimit"), "\"free-write\";r=197;t=1");
    insta::assert_json_snapshot!(answer.json());
    let again = register(&app, &tenant, items).await;
    assert_eq!(again.json(), answer.json());
    // What is answered can be sent as it is.
    let again = register(&app, &tenant, answer.json()).await;
    assert_eq!(again.json(), answer.json());
}

#[tokio::test]
async fn a_pool_gives_its_lowest_free_slot_and_what_comes_with_it_and_says_where_it_stands() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"name": "Printer", "capacity": 2, "treePath": "Equipment>Office", "blocks": ["power"]},
        {"name": "power", "capacity": 3},
    ]);
    register(&app, &tenant, items).await;
    let first = reserve(&app, &tenant, "w1", "Printer").await;
    assert_eq!(
        first["acquiredSlots"],
        json!({"Printer": "Printer_0", "power": "power_0"})
    );
    assert_eq!(first["acquiredBlockers"], json!(["power_0"]));
    assert_eq!(first["reservedAtPath"], "Equipment>Office>Printer");
    let second = reserve(&app, &tenant, "w2", "Printer").await;
    assert_eq!(second["acquiredSlots"]["Printer"], "Printer_1");
    let third = app
        .reserve(
            &tenant.key,
            json!([{"requester": "w3", "resource": "Printer"}]),
        )
        .await;
    insta::assert_json_snapshot!(third.json());
    // A slot goes by its own name too, and is the same reservation.
    let again = reserve(&app, &tenant, "w1", "Printer_0").await;
    assert_eq!(again["status"], "ALREADY_HAD");
    let items =
        json!([{"requester": "w1", "resource": "Printer", "releaseToken": first["releaseToken"]}]);
    let released = app.unreserve(&tenant.key, items).await.json();
    assert_eq!(released[0]["released"], json!(["Printer_0", "power_0"]));
}

#[tokio::test]
async fn what_stands_in_the_way_is_named_in_the_tree_among_blockers_and_after_an_expiry() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"name": "desk", "treePath": "house>floor"},
        {"name": "car", "blocks": ["fuel"], "lockDelaySeconds": 20},
    ]);
    register(&app, &tenant, items).await;
    reserve(&app, &tenant, "w1", "desk").await;
    reserve(&app, &tenant, "w1", "car").await;
    let explain = async |requester: &str, resource: &str| {
        let answer = reserve(&app, &tenant, requester, resource).await;
        assert_eq!(answer["status"], "NOT_AVAILABLE", "{answer}");
        answer
    };
    for (resource, expected) in [
        ("house", "w1 holds desk, below it in the tree, since"),
        ("floor", "w1 holds desk, below it in the tree, since"),
    ] {
        let answer = explain("w2", resource).await;
        let explanation = answer["explanation"].as_str().expect("text");
        assert!(explanation.starts_with(expected), "{explanation}");
        assert_eq!(answer["heldBy"]["resource"], "desk");
        assert_eq!(answer["retryAfterMs"], 30_000);
    }
    // `fuel` itself is held, as a blocker.
    assert_eq!(
        reserve(&app, &tenant, "w2", "fuel").await["status"],
        "ALREADY_HELD"
    );
    app.clock.advance_ms(30_000);
    let answer = explain("w2", "car").await;
    assert_eq!(answer["heldBy"], Value::Null);
    assert_eq!(answer["holders"], Value::Null);
    assert_eq!(answer["availableAt"], "2026-11-24T00:00:50.000Z");
    assert_eq!(answer["retryAfterMs"], 20_000);
    let explanation = answer["explanation"].as_str().expect("text");
    assert!(
        explanation.starts_with("It is closed until 2026-11-24T00:00:50.000Z"),
        "{explanation}"
    );
    app.clock.advance_ms(20_000);
    assert_eq!(
        reserve(&app, &tenant, "w2", "car").await["status"],
        "ACQUIRED"
    );
}

#[tokio::test]
async fn readers_share_and_the_other_mode_and_shared_slots_are_refused_with_the_reason() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    register(&app, &tenant, json!([{"name": "pool", "capacity": 2}])).await;
    let shared = |requester: &str, resource: &str| json!([{"requester": requester, "resource": resource, "mode": "shared"}]);
    for requester in ["w1", "w2"] {
        let answer = app
            .reserve(&tenant.key, shared(requester, "data"))
            .await
            .json();
        assert_eq!(answer[0]["status"], "ACQUIRED");
        assert_eq!(answer[0]["mode"], "shared");
    }
    let refused = reserve(&app, &tenant, "w3", "data").await;
    assert_eq!(refused["status"], "ALREADY_HELD");
    assert_eq!(refused["holders"].as_array().map(Vec::len), Some(2));
    assert_eq!(refused["mode"], "exclusive");
    let own = reserve(&app, &tenant, "w1", "data").await;
    assert_eq!(own["status"], "NOT_AVAILABLE");
    let explanation = own["explanation"].as_str().expect("text");
    assert!(
        explanation.starts_with("You hold it shared"),
        "{explanation}"
    );
    let slot = app.reserve(&tenant.key, shared("w1", "pool")).await.json();
    assert_eq!(slot[0]["status"], "NOT_VALID");
    let list = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(list["reservations"][0]["mode"], "shared");
}

#[tokio::test]
async fn a_lower_capacity_takes_nothing_away_and_gives_what_is_above_it_out_no_more() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    register(&app, &tenant, json!([{"name": "p", "capacity": 2}])).await;
    reserve(&app, &tenant, "w1", "p").await;
    reserve(&app, &tenant, "w2", "p").await;
    assert_eq!(
        register(&app, &tenant, json!([{"name": "p"}])).await.status,
        200
    );
    let kept = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(kept["reservations"].as_array().map(Vec::len), Some(2));
    let refused = reserve(&app, &tenant, "w3", "p_1").await;
    let explanation = refused["explanation"].as_str().expect("text");
    assert!(
        explanation.contains("not given out any more"),
        "{explanation}"
    );
}

#[tokio::test]
async fn all_of_a_request_is_defined_or_none_and_the_problem_has_its_pointer() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let good = json!({"name": "good"});
    register(
        &app,
        &tenant,
        json!([{"name": "pool", "capacity": 3}, {"name": "x", "treePath": "a"}]),
    )
    .await;
    for (items, pointer) in [
        (json!([good, {"name": "good"}]), "/1/name"),
        (json!([good, {"name": "pool_1"}]), "/1/name"),
        (
            json!([good, {"name": "n".repeat(256), "capacity": 2}]),
            "/1/name",
        ),
        (json!([good, {"name": "b", "blocks": ["b"]}]), "/1/blocks"),
        (
            json!([good, {"name": "t", "treePath": "u>t"}]),
            "/1/treePath",
        ),
        (
            json!([good, {"name": "y", "treePath": "b>x"}]),
            "/1/treePath",
        ),
        (
            json!([good, {"name": "d", "treePath": (0..16).map(|n| n.to_string()).collect::<Vec<_>>().join(">")}]),
            "/1/treePath",
        ),
    ] {
        let refused = register(&app, &tenant, items.clone()).await;
        assert_eq!(refused.problem(400), "INVALID_REQUEST", "{items}");
        let errors = refused.json()["errors"].clone();
        assert_eq!(errors[0]["pointer"], pointer, "{items}: {errors}");
        assert_eq!(errors.as_array().map(Vec::len), Some(1));
    }
    let missing = app.get(&tenant.key, "/Resource/definitions/good").await;
    assert_eq!(missing.problem(404), "NOT_FOUND");
}

#[tokio::test]
async fn what_is_held_cannot_be_reshaped_and_its_capacity_and_lock_delay_can() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    register(&app, &tenant, json!([{"name": "p", "blocks": ["q"]}])).await;
    reserve(&app, &tenant, "w", "p").await;
    for reshaped in [
        json!({"name": "p", "blocks": ["r"]}),
        json!({"name": "p", "blocks": ["q"], "treePath": "t"}),
    ] {
        let refused = register(&app, &tenant, json!([{"name": "other"}, reshaped])).await;
        assert_eq!(refused.problem(409), "IN_USE", "{reshaped}");
    }
    let changed = json!([{"name": "p", "blocks": ["q"], "capacity": 2, "lockDelaySeconds": 7}]);
    assert_eq!(register(&app, &tenant, changed).await.status, 200);
    let missing = app.get(&tenant.key, "/Resource/definitions/other").await;
    assert_eq!(missing.problem(404), "NOT_FOUND");
}

#[tokio::test]
async fn a_tenant_defines_as_many_as_it_may_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiers = folder.path().join("tiers.toml");
    std::fs::write(&tiers, "[free]\nactiveReservations = 2\n").expect("written");
    let app = App::start_with(&[("tiers_file", tiers.to_str().expect("a path"))]).await;
    let tenant = app.tenant(Tier::Free).await;
    let names =
        |names: &[&str]| -> Value { names.iter().map(|name| json!({"name": name})).collect() };
    let refused = register(&app, &tenant, names(&["a", "b", "c"])).await;
    assert_eq!(refused.problem(429), "ACTIVE_RESERVATIONS_EXCEEDED");
    let problem = refused.json();
    assert_eq!(problem["limitType"], "activeReservations");
    assert_eq!(problem["limit"], 2);
    assert_eq!(problem["upgradeRequired"], true);
    assert!(
        problem["detail"]
            .as_str()
            .expect("text")
            .contains("2 definitions")
    );
    assert_eq!(
        register(&app, &tenant, names(&["a", "b"])).await.status,
        200
    );
    assert_eq!(
        register(&app, &tenant, names(&["a", "b"])).await.status,
        200
    );
}

#[tokio::test]
async fn every_problem_of_a_body_is_named_by_its_pointer() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"name": "a>b", "capacity": 0, "blocks": ["x", 7, ""], "treePath": "a>>b", "lockDelaySeconds": 31_536_001},
        {"capacity": 1001, "blocks": "x", "treePath": "", "lockDelaySeconds": -1, "colour": "red"},
        {"name": "c", "blocks": vec!["x"; 33]},
        "d",
    ]);
    let answer = register(&app, &tenant, items).await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    insta::assert_json_snapshot!(answer.json()["errors"]);
}
