//! A provider that is down, or says what cannot be trusted.

use http::StatusCode;
use serde_json::json;

use super::{
    browser::Browser,
    provider::{CLIENT, DISCOVERY, KEYS, SECRET, TOKEN},
    world::World,
};
use crate::support::{
    Answer, App,
    keys::{Key, RSA},
};

const SECOND: i64 = 1_000;

/// The page is one for people: it has a request id, and nothing of what happened inside.
fn assert_is_clear(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{}", answer.text);
    assert!(
        answer.text.contains("The sign-in provider is of no help"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains(answer.header("x-request-id")),
        "{}",
        answer.text
    );
    for inner in [
        "127.0.0.1",
        "error sending",
        "discovery",
        "ID token",
        "invalid_",
        SECRET,
    ] {
        assert!(!answer.text.contains(inner), "{inner} in {}", answer.text);
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_and_the_rest_of_the_server_works() {
    // Nothing listens there.
    let app = App::start_with(&[
        ("google_client_id", CLIENT),
        ("google_client_secret", SECRET),
        ("google_issuer", "http://127.0.0.1:1"),
    ])
    .await;
    let mut browser = Browser::new(&app);
    assert_is_clear(&browser.get("/auth/google").await);
    assert!(browser.jar.is_empty(), "{:?}", browser.jar);
    assert_eq!(browser.get("/").await.status, 200);
}

#[tokio::test]
async fn an_issuer_that_is_neither_https_nor_on_this_machine_is_not_asked() {
    let app = App::start_with(&[
        ("google_client_id", CLIENT),
        ("google_client_secret", SECRET),
        ("google_issuer", "http://accounts.example"),
    ])
    .await;
    assert_eq!(Browser::new(&app).get("/auth/google").await.status, 404);
}

#[tokio::test]
async fn a_provider_that_fails_is_asked_again_after_half_a_minute_and_not_sooner() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.provider.fail(DISCOVERY, 503, "");
    assert_is_clear(&browser.get("/auth/google").await);
    world.provider.recover();
    world.app.clock.advance_ms(30 * SECOND - 1);
    assert_is_clear(&browser.get("/auth/google").await);
    assert_eq!(world.provider.count(DISCOVERY), 1);
    world.app.clock.advance_ms(1);
    world.sign_in(&mut browser).await;
}

#[tokio::test]
async fn discovery_is_asked_for_every_ten_minutes_and_outlives_an_outage_of_a_day() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    world.app.clock.advance_ms(600 * SECOND - 1);
    world.sign_in(&mut browser).await;
    assert_eq!(world.provider.count(DISCOVERY), 1);
    world.app.clock.advance_ms(1);
    world.provider.fail(DISCOVERY, 503, "");
    world.sign_in(&mut browser).await;
    assert_eq!(world.provider.count(DISCOVERY), 2);
    world.app.clock.advance_ms(24 * 3600 * SECOND);
    assert_is_clear(&browser.get("/auth/google").await);
}

#[tokio::test]
async fn a_discovery_document_that_cannot_be_trusted_is_not_used() {
    let world = World::start().await;
    let good = world.provider.discovery();
    let with = |name: &str, value: &str| {
        let mut document = good.clone();
        document[name] = value.into();
        document.to_string()
    };
    let plain = "http://accounts.example/x";
    for body in [
        with("issuer", "https://evil.example"),
        with("authorization_endpoint", plain),
        with("token_endpoint", plain),
        with("jwks_uri", plain),
        with("token_endpoint", "https://user:word@accounts.example/"),
        with("padding", &" ".repeat(64 * 1024)),
        json!({"issuer": world.provider.issuer}).to_string(),
        "<html>".to_owned(),
        String::new(),
    ] {
        world.provider.fail(DISCOVERY, 200, &body);
        let asked = world.provider.count(DISCOVERY);
        assert_is_clear(&world.browser().get("/auth/google").await);
        assert_eq!(world.provider.count(DISCOVERY), asked + 1, "{body}");
        // Past the time that a document counts as fresh, and past the pause after a failure.
        world.app.clock.advance_ms(601 * SECOND);
    }
    world.provider.fail(DISCOVERY, 200, &good.to_string());
    assert_eq!(
        world.browser().get("/auth/google").await.status,
        303,
        "the good one is used"
    );
}

#[tokio::test]
async fn nobody_is_followed_to_another_address() {
    let world = World::start().await;
    let elsewhere = format!("{}/elsewhere", world.provider.issuer);
    let mut browser = world.browser();
    world.provider.redirect(DISCOVERY, &elsewhere);
    assert_is_clear(&browser.get("/auth/google").await);
    for path in [TOKEN, KEYS] {
        world.provider.recover();
        world.app.clock.advance_ms(30 * SECOND);
        let way = browser.begin("/").await;
        let back = world.consent(&way);
        world.provider.redirect(path, &elsewhere);
        assert_is_clear(&browser.get(&back).await);
    }
    assert_eq!(world.provider.count("/elsewhere"), 0);
}

#[tokio::test]
async fn a_token_answer_that_is_none_signs_nobody_in() {
    let world = World::start().await;
    let mut browser = world.browser();
    let bearer = r#""access_token": "a", "token_type": "Bearer""#;
    for (status, body) in [
        (200, format!("{{{bearer}}}")),
        (200, format!(r#"{{{bearer}, "id_token": null}}"#)),
        (200, format!(r#"{{{bearer}, "id_token": ""}}"#)),
        (200, format!(r#"{{{bearer}, "id_token": "a.b.c"}}"#)),
        (200, format!(r#"{{{bearer}, "id_token": 5}}"#)),
        (200, String::new()),
        (200, "<html>".to_owned()),
        (200, " ".repeat(64 * 1024 + 1)),
        (400, r#"{"error": "invalid_client"}"#.to_owned()),
        (500, String::new()),
    ] {
        let way = browser.begin("/").await;
        let back = world.consent(&way);
        world.provider.fail(TOKEN, status, &body);
        assert_is_clear(&browser.get(&back).await);
        assert_eq!(browser.session(), None, "{body}");
    }
    world.provider.recover();
    world.sign_in(&mut browser).await;
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_found_at_once_unless_somebody_asked_a_moment_ago() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    let new: &'static Key = Box::leak(Box::new(Key::rsa("new")));
    world.provider.set_keys(vec![RSA.jwk(), new.jwk()]);
    for (millis, status) in [(30 * SECOND - 1, 502), (1, 303)] {
        world.app.clock.advance_ms(millis);
        let way = browser.begin("/").await;
        let back = world.consent_with(&way, |draft| {
            draft.header["kid"] = new.id.into();
            draft.key = new;
        });
        assert_eq!(browser.get(&back).await.status, status);
    }
    assert_eq!(world.provider.count(KEYS), 2);
}

#[tokio::test]
async fn sign_ins_begun_are_limited_by_address_and_the_page_says_when_to_come_back() {
    let world = World::start().await;
    let mut browser = world.browser();
    for _ in 0..30 {
        browser.begin("/dashboard").await;
    }
    let kept = "SELECT data FROM sessions";
    assert_eq!(world.app.column(kept).await.len(), 30);
    let refused = browser.get("/auth/google").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(refused.header("retry-after"), "2");
    assert!(refused.text.contains("Too many sign-ins from your network"));
    assert!(refused.text.contains(refused.header("x-request-id")));
    assert_eq!(world.app.column(kept).await.len(), 30);
    assert_eq!(browser.get("/").await.status, 200);

    world.app.clock.advance_ms(2 * SECOND);
    browser.begin("/dashboard").await;
}
