//! `X-Api-Key`: what opens the API, what does not, and what each is told.

use axum::body::Body;
use coop_locker::{domain::api_keys, keyring::KeyText, model::Tier};
use http::Request;
use serde_json::json;

use crate::support::{App, by};

fn list() -> http::request::Builder {
    Request::get("/api/v1/Reservation")
}

async fn refusal(app: &App, request: http::request::Builder) -> (String, String) {
    let answer = app
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    let code = answer.problem(401);
    assert_eq!(
        answer.header("www-authenticate"),
        "ApiKey realm=\"coop-locker\""
    );
    (
        code,
        answer.json()["detail"]
            .as_str()
            .expect("a detail")
            .to_owned(),
    )
}

#[tokio::test]
async fn a_request_without_a_key_is_told_where_the_key_goes() {
    let app = App::start().await;
    assert_eq!(refusal(&app, list()).await.0, "API_KEY_MISSING");
    let tenant = app.tenant(Tier::Free).await;
    for (request, hint) in [
        (
            list().header("authorization", format!("Bearer {}", tenant.key)),
            "Authorization",
        ),
        (
            list().header("cookie", format!("coop_session={}", tenant.key)),
            "session",
        ),
        (
            Request::get(format!("/api/v1/Reservation?key={}", tenant.key)),
            "URL",
        ),
    ] {
        let (code, detail) = refusal(&app, request).await;
        assert_eq!(code, "API_KEY_MISSING");
        assert!(detail.contains(hint), "{detail}");
        assert!(!detail.contains(&tenant.key));
    }
}

#[tokio::test]
async fn malformed_and_unknown_keys_are_invalid_and_are_not_repeated() {
    let app = App::start().await;
    let unknown = KeyText::generate_api_key();
    for value in [
        "",
        "x",
        "coop_sk_",
        &unknown.expose()[..56],
        unknown.expose(),
        "coop_sk_\u{e9}",
    ] {
        let answer = app
            .send(
                list()
                    .header("x-api-key", value)
                    .body(Body::empty())
                    .expect("a request"),
            )
            .await;
        assert_eq!(answer.problem(401), "API_KEY_INVALID", "{value}");
        assert!(value.len() < 8 || !answer.text.contains(value));
    }
}

#[tokio::test]
async fn two_keys_in_one_request_are_refused() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let request = list()
        .header("x-api-key", &tenant.key)
        .header("x-api-key", &tenant.key);
    let answer = app
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(answer.problem(400), "INVALID_REQUEST");
}

#[tokio::test]
async fn after_a_rotation_only_the_new_value_works_and_the_old_one_says_why() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let new = app.rotate_default(tenant.id).await;
    assert_eq!(
        refusal(&app, list().header("x-api-key", &tenant.key))
            .await
            .0,
        "API_KEY_ROTATED"
    );
    assert_eq!(app.get(&new, "/Reservation").await.status, 200);

    let app = app.restart().await;
    assert_eq!(
        refusal(&app, list().header("x-api-key", &tenant.key))
            .await
            .0,
        "API_KEY_ROTATED"
    );
    assert_eq!(app.get(&new, "/Reservation").await.status, 200);
    app.shut_down().await;
}

#[tokio::test]
async fn a_key_rotated_twice_from_the_same_page_is_rotated_once() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let services = &app.services;
    let seen = api_keys::default_key(&services.ledger, tenant.id)
        .await
        .expect("there");
    let first = app.rotate_default(tenant.id).await;
    let again = api_keys::rotate(
        &services.ledger,
        &services.keyring,
        &services.clock,
        tenant.id,
        seen.id,
        seen.version,
        by(),
    )
    .await;
    assert!(matches!(again, Err(coop_locker::domain::Error::Stale)));
    assert_eq!(app.get(&first, "/Reservation").await.status, 200);
}

#[tokio::test]
async fn a_request_authenticated_before_a_rotation_and_decided_after_it_changes_nothing() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let body = json!([{"requester": "w", "resource": "a"}]).to_string();
    let (first, rest) = body.split_at(10);
    let (send, receive) = tokio::sync::mpsc::channel::<Result<String, std::convert::Infallible>>(1);
    send.send(Ok(first.to_owned())).await.expect("open");
    let stream = futures_util::stream::unfold(receive, async |mut receive| {
        receive.recv().await.map(|part| (part, receive))
    });
    let request = Request::post("/api/v1/Reservation/reserve")
        .header("x-api-key", &tenant.key)
        .header("content-type", "application/json")
        .body(Body::from_stream(stream))
        .expect("a request");
    let rotation = async {
        // The channel holds one part: when this goes through, the first one was read, so the key was looked at.
        send.send(Ok(String::new())).await.expect("open");
        send.send(Ok(String::new())).await.expect("open");
        let new = app.rotate_default(tenant.id).await;
        send.send(Ok(rest.to_owned())).await.expect("open");
        drop(send);
        new
    };
    let (answer, new) = tokio::join!(app.send(request), rotation);
    assert_eq!(answer.problem(401), "API_KEY_ROTATED");
    let list = app.get(&new, "/Reservation").await.json();
    assert_eq!(list["reservations"], json!([]));
}
