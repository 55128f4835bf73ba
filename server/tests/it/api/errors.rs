//! Each row of the error table, and bodies that nobody meant to send.

use axum::body::Body;
use coop_locker::model::Tier;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::support::App;

#[tokio::test]
async fn every_problem_of_a_body_is_named_by_its_pointer() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let long = "x".repeat(257);
    let bodies = json!([
        [{"requester": 7, "re~sour/ce": "db", "ttlSeconds": 1.5, "mode": "both"}, 3, {}],
        [{"requester": "", "resource": "a>b", "ttlSeconds": 0}],
        [{"requester": long, "resource": "a\nb", "ttlSeconds": 31_536_001, "waitSeconds": 61}],
        [{"requester": "a", "resource": "b", "waitSeconds": 5, "mode": "shared", "resourceType": ""}],
        [{"requester": "a", "resource": "b", "metadata": [1]}],
        [{"requester": "a", "resource": "b", "metadata": {"long": "x".repeat(1100)}}],
        [],
        {"requester": "a", "resource": "b"},
        "text",
        null,
    ]);
    let mut said = Vec::new();
    for body in bodies.as_array().expect("array") {
        let answer = app.reserve(&tenant.key, body.clone()).await;
        assert_eq!(answer.problem(400), "INVALID_REQUEST", "{body}");
        said.push(answer.json()["errors"].clone());
    }
    let many: Value = (0..101)
        .map(|n| json!({"requester": "a", "resource": n.to_string()}))
        .collect();
    said.push(app.reserve(&tenant.key, many).await.json()["errors"].clone());
    insta::assert_json_snapshot!(said);
    assert_eq!(
        app.get(&tenant.key, "/Reservation").await.json()["reservations"],
        json!([])
    );
}

#[tokio::test]
async fn what_is_not_json_is_refused_and_nothing_answers_500() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "",
        "[",
        "{\"a\":}",
        "[{\"requester\":\"a\",\"requester\":\"b\",\"resource\":\"c\"}]",
        "[{\"requester\":\"\\ud800\",\"resource\":\"c\"}]",
        "[{\"requester\":\"a\",\"resource\":\"b\",\"ttlSeconds\":1e400}]",
        "[{\"requester\":\"a\",\"resource\":\"b\",\"ttlSeconds\":-1}]",
        "[{\"requester\":\"a\",\"resource\":\"b\",\"metadata\":{\"x\":{\"y\":1,\"y\":2}}}]",
        "[{\"requester\":\"a\",\"resource\":\"b\"}] x",
        &deep,
    ] {
        for path in ["reserve", "unreserve"] {
            let request = Request::post(format!("/api/v1/Reservation/{path}"))
                .header("x-api-key", &tenant.key)
                .header("content-type", "application/json; charset=utf-8")
                .body(Body::from(body.to_owned()))
                .expect("a request");
            let answer = app.send(request).await;
            assert_eq!(answer.problem(400), "INVALID_REQUEST", "{body:.60}");
        }
    }
    let bytes = Request::post("/api/v1/Reservation/reserve")
        .header("x-api-key", &tenant.key)
        .header("content-type", "application/json")
        .body(Body::from(vec![b'[', 0xff, b']']))
        .expect("a request");
    assert_eq!(app.send(bytes).await.problem(400), "INVALID_REQUEST");
}

#[tokio::test]
async fn the_http_rows_of_the_table_are_answered_as_problems() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    assert_eq!(
        app.get(&tenant.key, "/nothing").await.problem(404),
        "NOT_FOUND"
    );
    assert_eq!(
        app.get(&tenant.key, "/Reservation/").await.problem(404),
        "NOT_FOUND"
    );
    let put = app
        .call(&tenant.key, Method::PUT, "/Reservation/reserve", None)
        .await;
    assert_eq!(put.problem(405), "METHOD_NOT_ALLOWED");
    assert_eq!(put.header("allow"), "POST");

    let form = Request::post("/api/v1/Reservation/reserve")
        .header("x-api-key", &tenant.key)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("[]"))
        .expect("a request");
    assert_eq!(app.send(form).await.problem(415), "UNSUPPORTED_MEDIA_TYPE");

    let huge = Request::post("/api/v1/Reservation/reserve")
        .header("x-api-key", &tenant.key)
        .header("content-type", "application/json")
        .body(Body::from(vec![b' '; 1024 * 1024 + 1]))
        .expect("a request");
    let huge = app.send(huge).await;
    assert_eq!(huge.problem(413), "PAYLOAD_TOO_LARGE");
    assert_eq!(huge.header("connection"), "close");
}

#[tokio::test]
async fn a_rate_refusal_says_whose_limit_it_is_and_when_to_come_back() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let many: Value = (0..100)
        .map(|n| json!({"requester": "a", "resource": n.to_string()}))
        .collect();
    app.reserve(&tenant.key, many.clone()).await;
    app.reserve(&tenant.key, many.clone()).await;
    let refused = app.reserve(&tenant.key, many).await;
    assert_eq!(refused.problem(429), "RATE_LIMITED");
    let problem = refused.json();
    assert_eq!(problem["tier"], "Free");
    assert_eq!(problem["limit"], 200);
    assert_eq!(problem["limitType"], "rate");
    assert_eq!(problem["upgradeRequired"], true);
    // A hundred operations come back in half a minute.
    assert_eq!(problem["retryAfter"], 30);
    assert_eq!(refused.header("retry-after"), "30");
}

#[tokio::test]
async fn a_store_that_refuses_is_503_and_afterwards_nothing_has_happened() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let item = json!([{"requester": "w", "resource": "a"}]);
    app.refuse_events().await;
    let refused = app.reserve(&tenant.key, item.clone()).await;
    assert_eq!(refused.problem(503), "UNAVAILABLE");
    assert_eq!(refused.header("retry-after"), "1");
    app.take_events().await;
    let answer = app.reserve(&tenant.key, item).await.json();
    assert_eq!(answer[0]["status"], "ACQUIRED");
    assert_eq!(answer[0]["fencingToken"], 1);
}

#[tokio::test]
async fn the_public_paths_need_no_key_and_say_so_when_asked_wrongly() {
    let app = App::start().await;
    for path in [
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/.well-known/api-key-format",
    ] {
        let answer = app
            .send(Request::get(path).body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.header("x-request-id").is_empty());
        let post = app
            .send(Request::post(path).body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(post.problem(405), "METHOD_NOT_ALLOWED", "{path}");
    }
}
