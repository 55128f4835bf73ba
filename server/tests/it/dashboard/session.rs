use http::Method;

use super::{Browser, browser::set_cookies};
use crate::support::App;

const NAME: &str = "coop_session";
const HOUR: i64 = 3_600_000;

async fn is_signed_in(browser: &Browser<'_>) -> bool {
    let page = browser.get("/dashboard").await;
    match page.status.as_u16() {
        200 => true,
        303 => {
            assert_eq!(
                page.header("location"),
                "/auth/sign-in?return_to=%2Fdashboard"
            );
            false
        }
        _ => panic!("{}", page.text),
    }
}

#[tokio::test]
async fn whoever_only_looks_gets_no_cookie() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    for path in [
        "/",
        "/dashboard",
        "/claim",
        "/auth/sign-in",
        "/auth/dev",
        "/nowhere",
    ] {
        let answer = browser.get(path).await;
        assert!(set_cookies(&answer.headers).is_empty(), "{path}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn an_id_that_was_there_before_the_sign_in_is_worth_nothing_after_it() {
    let app = App::start().await;
    // One that the server made, for a person who shares his session with his victim.
    let mallory = Browser::signed_in(&app, "mallory@example.com").await;
    let planted = mallory.cookie(NAME).expect("a session");
    let ann = Browser::new(&app);
    ann.plant(NAME, &planted);
    ann.post("/auth/dev", &[("email", "ann@example.com")]).await;
    assert_ne!(ann.cookie(NAME), Some(planted));
    assert!(is_signed_in(&ann).await);
    assert!(!is_signed_in(&mallory).await, "the old id opens nothing");

    // One that nobody made.
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    ann.plant(NAME, planted);
    ann.post("/auth/dev", &[("email", "ann@example.com")]).await;
    assert_ne!(ann.cookie(NAME).as_deref(), Some(planted));
    app.shut_down().await;
}

#[tokio::test]
async fn a_cookie_is_dead_as_soon_as_its_owner_has_signed_out() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let id = ann.cookie(NAME).expect("a session");
    assert!(is_signed_in(&ann).await);

    let answer = ann.post("/auth/sign-out", &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "/")
    );
    assert_eq!(answer.header("clear-site-data"), "\"storage\"");
    assert_eq!(ann.cookie(NAME), None);
    ann.plant(NAME, &id);
    assert!(!is_signed_in(&ann).await);
    app.shut_down().await;
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_link() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    assert_eq!(ann.get("/auth/sign-out").await.status, 405);
    assert!(is_signed_in(&ann).await);
    app.shut_down().await;
}

#[tokio::test]
async fn signing_out_without_a_session_is_no_error() {
    let app = App::start().await;
    let answer = Browser::new(&app).post("/auth/sign-out", &[]).await;
    assert_eq!(answer.status, 303);
    app.shut_down().await;
}

#[tokio::test]
async fn a_session_ends_eight_hours_after_its_last_use() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for _ in 0..3 {
        app.clock.advance_ms(8 * HOUR - 60_000);
        assert!(is_signed_in(&ann).await);
    }
    app.clock.advance_ms(8 * HOUR);
    assert!(!is_signed_in(&ann).await);
    app.shut_down().await;
}

#[tokio::test]
async fn a_session_ends_seven_days_after_the_sign_in_however_much_it_is_used() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for _ in 0..(7 * 24 / 6) - 1 {
        app.clock.advance_ms(6 * HOUR);
        assert!(is_signed_in(&ann).await);
    }
    app.clock.advance_ms(6 * HOUR - 1);
    assert!(is_signed_in(&ann).await);
    app.clock.advance_ms(1);
    assert!(!is_signed_in(&ann).await);
    app.shut_down().await;
}

#[tokio::test]
async fn use_is_noted_once_in_five_minutes() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    // A session that is written sends its cookie again.
    app.clock.advance_ms(4 * 60_000);
    let soon = ann.get("/dashboard").await;
    assert!(set_cookies(&soon.headers).is_empty());
    app.clock.advance_ms(60_000);
    let later = ann.get("/dashboard").await;
    assert_eq!(set_cookies(&later.headers).len(), 1);
    app.shut_down().await;
}

#[tokio::test]
async fn an_api_key_opens_nothing_here() {
    let app = App::start().await;
    let tenant = app.tenant(coop_locker::model::Tier::Pro).await;
    let browser = Browser::new(&app);
    let bearer = format!("Bearer {}", tenant.key);
    let headers = [
        ("x-api-key", tenant.key.as_str()),
        ("authorization", &bearer),
        ("accept", "text/html"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    browser.plant(NAME, &tenant.key);
    let page = browser
        .send(Method::GET, "/dashboard", &headers, String::new())
        .await;
    assert_eq!(page.status, 303);
    let body = "id=key_00000000001".to_owned();
    let call = browser
        .send(Method::POST, "/fn/keys/reveal", &headers, body)
        .await;
    assert_eq!(call.json(), serde_json::json!("SignedOut"));
    let body = "action=reveal&key=key_00000000001&version=1".to_owned();
    let form = browser
        .send(Method::POST, "/dashboard", &headers, body)
        .await;
    assert_eq!(form.status, 303);
    assert!(form.header("location").starts_with("/auth/sign-in"));
    app.shut_down().await;
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let app = App::start().await;
    let id = {
        let ann = Browser::signed_in(&app, "ann@example.com").await;
        ann.cookie(NAME).expect("a session")
    };
    let app = app.restart().await;
    let ann = Browser::new(&app);
    ann.plant(NAME, &id);
    assert!(is_signed_in(&ann).await);
    app.shut_down().await;
}
