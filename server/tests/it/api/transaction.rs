//! `POST /Reservation/transaction`.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{App, EVENTS, Tenant};

const PATH: &str = "/Reservation/transaction";

async fn transact(app: &App, tenant: &Tenant, transaction: Value) -> Value {
    let answer = app.post(&tenant.key, PATH, &json!([transaction])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()[0].clone()
}

fn names(answers: &Value) -> Vec<&str> {
    let answers = answers.as_array().expect("an array").iter();
    answers
        .filter_map(|item| item["resource"].as_str())
        .collect()
}

async fn held(app: &App, tenant: &Tenant) -> Vec<String> {
    let list = app.get(&tenant.key, "/Reservation").await.json();
    let held = list["reservations"].as_array().expect("an array").iter();
    held.map(|r| r["resource"].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn all_of_them_are_taken_as_each_item_says_and_the_answer_is_as_documented() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([{
        "requester": "w1", "ttlSeconds": 60, "method": "ALL_OR_NONE",
        "resources": [
            "a",
            {"resource": "b", "mode": "shared", "ttlSeconds": 5, "resourceType": "Job", "metadata": {"n": 1}},
        ],
    }]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("ratelimit"), "\"free-write\";r=198;t=1");
    insta::assert_json_snapshot!(answer.json(), { "[].reserved[].releaseToken" => "[uuid]" });
    let list = app.get(&tenant.key, "/Reservation?resource=b").await.json();
    assert_eq!(list["reservations"][0]["resourceType"], "Job");
    assert_eq!(list["reservations"][0]["metadata"], json!({"n": 1}));
}

#[tokio::test]
async fn with_one_failure_all_or_none_holds_nothing_and_tells_nobody() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.reserve(&tenant.key, json!([{"requester": "w2", "resource": "b"}]))
        .await;
    let before = app.column(EVENTS).await;
    let asked = json!({"requester": "w1", "resources": ["a", "b", "c"]});
    let answer = transact(&app, &tenant, asked).await;
    assert_eq!(answer["success"], false);
    assert_eq!(answer["method"], "ALL_OR_NONE");
    assert_eq!(answer["reserved"], json!([]));
    assert_eq!(names(&answer["unavailable"]), ["b"]);
    assert_eq!(answer["unavailable"][0]["status"], "ALREADY_HELD");
    assert_eq!(answer["unavailable"][0]["heldBy"]["requester"], "w2");
    assert_eq!(held(&app, &tenant).await, ["b"]);
    assert_eq!(app.column(EVENTS).await, before);
}

#[tokio::test]
async fn as_many_as_possible_takes_each_for_itself_and_first_takes_one() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.reserve(&tenant.key, json!([{"requester": "w2", "resource": "b"}]))
        .await;
    let asked = |method| json!({"requester": "w1", "resources": ["b", "c", "d"], "method": method});
    let answer = transact(&app, &tenant, asked("FIRST")).await;
    assert_eq!(answer["success"], true);
    assert_eq!(names(&answer["reserved"]), ["c"]);
    assert_eq!(names(&answer["unavailable"]), ["b"]);
    let answer = transact(&app, &tenant, asked("AS_MANY_AS_POSSIBLE")).await;
    assert_eq!(names(&answer["reserved"]), ["c", "d"]);
    assert_eq!(answer["reserved"][0]["status"], "ALREADY_HAD");
    assert_eq!(answer["reserved"][1]["status"], "ACQUIRED");
    assert_eq!(names(&answer["unavailable"]), ["b"]);
    // What is held already comes before what is free and named before it.
    let asked = json!({"requester": "w1", "resources": ["e", "d"], "method": "FIRST"});
    let answer = transact(&app, &tenant, asked).await;
    assert_eq!(names(&answer["reserved"]), ["d"]);
    assert_eq!(answer["reserved"][0]["status"], "ALREADY_HAD");
    let nothing = json!({"requester": "w1", "resources": ["b"], "method": "FIRST"});
    assert_eq!(transact(&app, &tenant, nothing).await["success"], false);
}

#[tokio::test]
async fn repeating_a_transaction_gives_the_same_tokens_and_each_is_decided_for_itself() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let asked = json!([
        {"requester": "w1", "resources": ["a", "b"]},
        {"requester": "w2", "resources": ["b", "c"]},
        {"requester": "w2", "resources": ["c"]},
    ]);
    let first = app.post(&tenant.key, PATH, &asked).await.json();
    let successes = |answer: &Value| -> Vec<bool> {
        let answers = answer.as_array().expect("an array").iter();
        answers.filter_map(|one| one["success"].as_bool()).collect()
    };
    assert_eq!(successes(&first), [true, false, true]);
    let again = app.post(&tenant.key, PATH, &asked).await.json();
    assert_eq!(successes(&again), [true, false, true]);
    for (transaction, item) in [(0, 0), (0, 1), (2, 0)] {
        let (before, after) = (
            &first[transaction]["reserved"][item],
            &again[transaction]["reserved"][item],
        );
        assert_eq!(after["status"], "ALREADY_HAD");
        assert_eq!(after["releaseToken"], before["releaseToken"]);
        assert_eq!(after["fencingToken"], before["fencingToken"]);
    }
}

#[tokio::test]
async fn over_the_limit_of_active_reservations_nothing_of_the_whole_request_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiers = folder.path().join("tiers.toml");
    std::fs::write(&tiers, "[free]\nactiveReservations = 3\n").expect("written");
    let app = App::start_with(&[("tiers_file", tiers.to_str().expect("a path"))]).await;
    let tenant = app.tenant(Tier::Free).await;
    let asked = json!([
        {"requester": "w", "resources": ["a", "b"]},
        {"requester": "w", "resources": ["c", "d"]},
    ]);
    let refused = app.post(&tenant.key, PATH, &asked).await;
    assert_eq!(refused.problem(429), "ACTIVE_RESERVATIONS_EXCEEDED");
    assert_eq!(refused.json()["limit"], 3);
    assert!(held(&app, &tenant).await.is_empty());
}

#[tokio::test]
async fn a_request_has_20_transactions_of_50_resources_and_100_in_all_and_costs_its_resources() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let of = |count: usize, mark: usize| {
        let resources: Vec<_> = (0..count).map(|n| format!("r{mark}-{n}")).collect();
        json!({"requester": "w", "resources": resources})
    };
    let post = async |body: Value| app.post(&tenant.key, PATH, &body).await;
    let answer = post(json!([of(50, 0), of(50, 1)])).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("ratelimit").contains(";r=100;"));
    let pointers = |answer: &crate::support::Answer| {
        assert_eq!(answer.problem(400), "INVALID_REQUEST");
        answer.json()["errors"][0]["pointer"].clone()
    };
    let over = post(json!([of(50, 0), of(50, 1), of(1, 2), of(1, 3)])).await;
    assert_eq!(pointers(&over), "/2/resources");
    assert_eq!(over.json()["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(pointers(&post(json!([of(51, 0)])).await), "/0/resources");
    assert_eq!(pointers(&post(json!([of(0, 0)])).await), "/0/resources");
    let many: Value = (0..21).map(|n| of(1, n)).collect();
    assert_eq!(pointers(&post(many).await), "");
}

#[tokio::test]
async fn every_problem_of_a_body_is_named_by_its_pointer() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {
            "requester": "",
            "method": "SOME",
            "ttlSeconds": 0,
            "waitSeconds": 61,
            "resources": ["a", 7, "", "b>c", "a", {"resource": "a"}, {"resource": "d", "mode": "x", "requester": "w"}, {}],
        },
        {"requester": "w", "resources": ["a"], "waitSeconds": 1},
        {"requester": "w", "resources": "a"},
        {"requester": "w"},
    ]);
    let answer = app.post(&tenant.key, PATH, &items).await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    insta::assert_json_snapshot!(answer.json()["errors"]);
    let waits = json!([
        {"requester": "w", "resources": ["a"], "waitSeconds": 1, "method": "AS_MANY_AS_POSSIBLE"},
    ]);
    let answer = app.post(&tenant.key, PATH, &waits).await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/0/waitSeconds");
}
