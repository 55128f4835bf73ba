//! `POST /auth/sign-out`.

use http::Method;

use super::{browser::set_cookies, world::World};

const SIGN_OUT: &str = "/auth/sign-out";

#[tokio::test]
async fn a_signed_out_cookie_is_dead_and_gone() {
    for base_url in ["http://localhost:3000", "https://locks.example"] {
        let world = World::at(base_url).await;
        let mut browser = world.browser();
        world.sign_in(&mut browser).await;
        let mut kept = world.browser();
        kept.jar.clone_from(&browser.jar);
        assert!(kept.is_signed_in().await);
        let answer = browser.post(SIGN_OUT).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, "/")
        );
        assert!(browser.jar.is_empty(), "{base_url}: {:?}", browser.jar);
        assert!(!kept.is_signed_in().await, "{base_url}");
        assert!(
            world
                .app
                .column("SELECT data FROM sessions")
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn the_cookies_are_taken_away_with_the_attributes_that_they_were_set_with() {
    for (base_url, prefix, secure) in [
        ("http://localhost:3000", "", false),
        ("https://locks.example", "__Host-", true),
    ] {
        let world = World::at(base_url).await;
        let mut browser = world.browser();
        world.sign_in(&mut browser).await;
        let answer = browser.post(SIGN_OUT).await;
        let cookies = set_cookies(&answer.headers);
        for name in ["coop_session", "coop_sign_in"] {
            let name = format!("{prefix}{name}");
            let taken = cookies.iter().any(|cookie| {
                let fixed = ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=0"];
                cookie.name == name
                    && cookie.value.is_empty()
                    && fixed.iter().all(|attribute| cookie.has(attribute))
                    && cookie.has("Secure") == secure
            });
            assert!(taken, "{name}");
        }
    }
}

#[tokio::test]
async fn the_browser_is_told_to_forget_what_it_keeps_for_us_and_no_other_sites_cookies() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    let answer = browser.post(SIGN_OUT).await;
    assert_eq!(answer.header("clear-site-data"), "\"storage\"");
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_link_or_by_another_site() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    for (method, site, status) in [
        (Method::GET, "none", 405),
        (Method::POST, "cross-site", 403),
        (Method::POST, "same-site", 403),
    ] {
        let answer = browser.request(method, SIGN_OUT, site).await;
        assert_eq!(answer.status, status, "{site}");
        assert!(browser.is_signed_in().await, "{site}");
    }
}

#[tokio::test]
async fn only_the_session_that_asks_is_ended() {
    let world = World::start().await;
    let (mut here, mut there) = (world.browser(), world.browser());
    world.sign_in(&mut here).await;
    world.sign_in(&mut there).await;
    here.post(SIGN_OUT).await;
    assert!(there.is_signed_in().await);
}

#[tokio::test]
async fn whoever_is_signed_out_already_gets_the_same_answer() {
    let world = World::start().await;
    let mut browser = world.browser();
    assert_eq!(browser.post(SIGN_OUT).await.status, 303);
    browser.jar.insert(
        "coop_session".to_owned(),
        "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
    );
    assert_eq!(browser.post(SIGN_OUT).await.status, 303);
    assert!(browser.jar.is_empty());
}
