//! The session that a sign-in makes: its cookie, its id, its end.

use super::{browser::set_cookies, world::World};
use crate::support::Answer;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const HTTPS: &str = "https://locks.example";

/// The attributes of a cookie that an answer sets, without how long it is kept: that part goes by the machine's clock.
fn attributes(answer: &Answer, name: &str) -> Vec<String> {
    let cookies = set_cookies(&answer.headers);
    let mut found = cookies.iter().filter(|cookie| cookie.name == name);
    let cookie = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} twice");
    let lasting = cookie
        .attributes
        .iter()
        .filter(|one| !one.starts_with("Max-Age="));
    lasting.cloned().collect()
}

#[tokio::test]
async fn over_https_both_cookies_are_bound_to_the_host() {
    let world = World::at(HTTPS).await;
    let mut browser = world.browser();
    let expected = ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"];
    let started = browser.get("/auth/google").await;
    assert_eq!(attributes(&started, "__Host-coop_sign_in"), expected);
    let signed_in = world.sign_in(&mut browser).await;
    assert_eq!(attributes(&signed_in, "__Host-coop_session"), expected);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn on_a_loopback_address_they_have_plain_names_and_travel_without_tls() {
    let world = World::start().await;
    let mut browser = world.browser();
    let expected = ["HttpOnly", "Path=/", "SameSite=Lax"];
    let started = browser.get("/auth/google").await;
    assert_eq!(attributes(&started, "coop_sign_in"), expected);
    let signed_in = world.sign_in(&mut browser).await;
    assert_eq!(attributes(&signed_in, "coop_session"), expected);
}

#[tokio::test]
async fn the_sign_in_cookie_lasts_as_long_as_an_attempt() {
    let world = World::start().await;
    let started = world.browser().get("/auth/google").await;
    assert!(set_cookies(&started.headers)[0].has("Max-Age=600"));
}

#[tokio::test]
async fn the_name_that_is_not_in_force_opens_nothing() {
    let world = World::at(HTTPS).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    let id = browser.session().expect("a session").to_owned();
    let mut other = world.browser();
    other.jar.insert("coop_session".to_owned(), id.clone());
    assert!(!other.is_signed_in().await);
    other.jar.insert("__Host-coop_session".to_owned(), id);
    assert!(other.is_signed_in().await);
}

#[tokio::test]
async fn a_visitor_gets_no_session() {
    let world = World::start().await;
    let mut browser = world.browser();
    for path in ["/", "/dashboard", "/auth/sign-in", "/nothing"] {
        browser.get(path).await;
    }
    assert!(browser.jar.is_empty(), "{:?}", browser.jar);
    assert!(
        world
            .app
            .column("SELECT data FROM sessions")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn an_id_that_was_planted_in_the_browser_is_worth_nothing_after_the_sign_in() {
    let world = World::start().await;
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    let mut victim = world.browser();
    victim
        .jar
        .insert("coop_session".to_owned(), planted.to_owned());
    world.sign_in(&mut victim).await;
    assert_ne!(victim.session(), Some(planted));
    assert!(victim.is_signed_in().await);
    let mut thief = world.browser();
    thief
        .jar
        .insert("coop_session".to_owned(), planted.to_owned());
    assert!(!thief.is_signed_in().await);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    let mut old = world.browser();
    old.jar.clone_from(&browser.jar);
    world.sign_in(&mut browser).await;
    assert_ne!(browser.session(), old.session());
    assert!(browser.is_signed_in().await);
    assert!(!old.is_signed_in().await);
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_after_eight_hours() {
    let world = World::start().await;
    for (idle, alive) in [(8 * HOUR - 1, true), (8 * HOUR, false)] {
        let mut browser = world.browser();
        world.sign_in(&mut browser).await;
        world.app.clock.advance_ms(idle);
        assert_eq!(browser.is_signed_in().await, alive, "{idle}");
    }
}

#[tokio::test]
async fn a_session_in_use_goes_on_and_ends_after_seven_days_all_the_same() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    for _ in 0..27 {
        world.app.clock.advance_ms(6 * HOUR);
        assert!(browser.is_signed_in().await);
    }
    world.app.clock.advance_ms(7 * DAY - 27 * 6 * HOUR - 1);
    assert!(browser.is_signed_in().await);
    world.app.clock.advance_ms(1);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn use_is_written_down_every_five_minutes_and_not_every_time() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    let kept = || {
        world
            .app
            .column("SELECT CAST(expires_at AS TEXT) FROM sessions")
    };
    let first = kept().await;
    world.app.clock.advance_ms(5 * MINUTE - 1);
    browser.get("/dashboard").await;
    assert_eq!(kept().await, first);
    world.app.clock.advance_ms(1);
    browser.get("/dashboard").await;
    assert_ne!(kept().await, first);
}

#[tokio::test]
async fn neither_cookie_is_in_the_database() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    browser.begin("/").await;
    let rows = world
        .app
        .column("SELECT hex(id_hash) || ' ' || data FROM sessions")
        .await;
    assert_eq!(rows.len(), 2, "a session and an attempt");
    for value in browser.jar.values() {
        assert!(
            rows.iter().all(|row| !row.contains(value.as_str())),
            "{rows:?}"
        );
    }
}
