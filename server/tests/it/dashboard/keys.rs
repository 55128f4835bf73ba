use coop_locker::keyring::KeyText;
use http::StatusCode;
use serde_json::json;

use super::{Browser, browser::field};
use crate::support::{Answer, App};

/// Every well-formed key value in a text.
pub fn values(text: &str) -> Vec<&str> {
    text.match_indices("coop_sk_")
        .filter_map(|(at, _)| text.get(at..at + 57))
        .filter(|value| KeyText::parse(value).is_ok())
        .collect()
}

/// The default key's id and version, as the page's forms carry them.
pub async fn form_of(browser: &Browser<'_>) -> (String, String) {
    let page = browser.get("/dashboard").await;
    assert_eq!(page.status, 200, "{}", page.text);
    (field(&page.text, "key"), field(&page.text, "version"))
}

async fn posted(browser: &Browser<'_>, action: &str, key: &str, version: &str) -> Answer {
    let fields = [("action", action), ("key", key), ("version", version)];
    browser.post("/dashboard", &fields).await
}

#[tokio::test]
async fn the_key_that_is_revealed_works_and_a_get_never_shows_it() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (key, version) = form_of(&ann).await;

    let shown = posted(&ann, "reveal", &key, &version).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.header("cache-control"), "no-store");
    let value = values(&shown.text)[0].to_owned();
    assert_eq!(app.get(&value, "/Reservation").await.status, 200);

    for path in [
        "/",
        "/dashboard",
        "/claim",
        "/auth/sign-in",
        "/auth/dev",
        "/nowhere",
    ] {
        let page = ann.get(path).await;
        assert!(values(&page.text).is_empty(), "{path} shows a key");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_rotates_once_and_the_old_value_is_dead() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (key, version) = form_of(&ann).await;
    let old = values(&posted(&ann, "reveal", &key, &version).await.text)[0].to_owned();

    let rotated = posted(&ann, "rotate", &key, &version).await;
    assert_eq!(rotated.header("cache-control"), "no-store");
    let new = values(&rotated.text)[0].to_owned();
    assert_ne!(old, new);
    let again = posted(&ann, "rotate", &key, &version).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    assert!(values(&again.text).is_empty());

    let refused = app.get(&old, "/Reservation").await;
    assert_eq!(refused.problem(401), "API_KEY_ROTATED");
    assert_eq!(app.get(&new, "/Reservation").await.status, 200);
    app.shut_down().await;
}

#[tokio::test]
async fn islands_get_the_value_uncached_and_errors_with_their_own_status() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (key, version) = form_of(&ann).await;

    let revealed = ann.call("/fn/keys/reveal", &[("id", &key)]).await;
    assert_eq!(revealed.status, 200, "{}", revealed.text);
    assert_eq!(revealed.header("cache-control"), "no-store");
    assert_eq!(revealed.json()["key"]["id"], json!(key));
    assert_eq!(values(&revealed.text).len(), 1);

    let fields = [("id", key.as_str()), ("version", version.as_str())];
    assert_eq!(ann.call("/fn/keys/rotate", &fields).await.status, 200);
    let stale = ann.call("/fn/keys/rotate", &fields).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(stale.json(), json!("Stale"));

    let nobody = Browser::new(&app)
        .call("/fn/keys/reveal", &[("id", &key)])
        .await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert!(values(&nobody.text).is_empty());
    app.shut_down().await;
}

#[tokio::test]
async fn a_key_of_somebody_else_is_no_key_at_all() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (key, version) = form_of(&ann).await;
    let bob = Browser::signed_in(&app, "bob@example.com").await;

    let fields = [("id", key.as_str()), ("version", version.as_str())];
    for missing in [&key, "key_00000000001", "nonsense", ""] {
        for action in ["reveal", "rotate"] {
            let answer = posted(&bob, action, missing, &version).await;
            assert_eq!(answer.status, 404, "{action} {missing}: {}", answer.text);
        }
        let answer = bob.call("/fn/keys/reveal", &[("id", missing)]).await;
        assert_eq!(answer.status, 404, "{missing}");
    }
    assert_eq!(bob.call("/fn/keys/rotate", &fields).await.status, 404);
    assert_eq!(form_of(&ann).await.1, version, "nothing was rotated");
    app.shut_down().await;
}

#[tokio::test]
async fn forms_that_make_no_sense_are_refused_with_a_page() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (key, version) = form_of(&ann).await;
    for fields in [
        vec![],
        vec![("action", "reveal")],
        vec![("action", "delete"), ("key", &key), ("version", &version)],
        vec![("action", "rotate"), ("key", &key), ("version", "one")],
    ] {
        let answer = ann.post("/dashboard", &fields).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        assert!(answer.text.contains(answer.header("x-request-id")));
    }
    app.shut_down().await;
}

#[tokio::test]
async fn what_is_reserved_with_the_key_is_listed() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (key, version) = form_of(&ann).await;
    let page = posted(&ann, "reveal", &key, &version).await;
    let item = json!([{"requester": "worker-1", "resource": "printer-3rd-floor"}]);
    app.reserve(values(&page.text)[0], item).await;

    let page = ann.get("/dashboard").await.text;
    assert!(page.contains("printer-3rd-floor") && page.contains("worker-1"));
    let bob = Browser::signed_in(&app, "bob@example.com").await;
    assert!(
        !bob.get("/dashboard")
            .await
            .text
            .contains("printer-3rd-floor")
    );
    app.shut_down().await;
}
